"""Holds README.md, docs/ and the plugins' READMEs against the tree and the program.

check_docs.py CHECK SOURCE_FOLDER [PROGRAM PLUGIN_FILE]     prints each fault, and ends with 1 when there is one
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

FENCE = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```\s*$", re.M | re.S)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
WHOLE = "// whole pipeline"


def documents(root):
    found = [root / "README.md", *sorted((root / "docs").rglob("*.md")), *sorted((root / "plugins").rglob("README.md"))]
    return found + sorted((root / "sdk").rglob("README.md"))


def blocks(file, language):
    """(line, text) of each fenced block."""
    text = file.read_text(encoding="utf-8")
    return [(text.count("\n", 0, m.start()) + 1, m.group(2)) for m in FENCE.finditer(text) if m.group(1) == language]


def prose(file):
    """The text without code, so that no bracket of a program is taken for a link."""
    return re.sub(r"`[^`\n]*`", "``", FENCE.sub("", file.read_text(encoding="utf-8")))


def anchors(file):
    """Anchors of the headings, as GitHub makes them."""
    text = FENCE.sub("", file.read_text(encoding="utf-8"))
    titles = re.findall(r"^#+ +(.*?)\s*$", text, re.M)
    plain = [re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", title).replace("`", "").lower() for title in titles]
    return {re.sub(r"[^\w\- ]", "", title).replace(" ", "-") for title in plain}


def check_links(root, _):
    for file in documents(root):
        for target in LINK.findall(prose(file)):
            if re.match(r"[a-z]+:", target):
                continue
            path, _, anchor = target.partition("#")
            to = (file.parent / path).resolve() if path else file
            if not to.is_relative_to(root):
                yield f"{file}: {target} leads out of the tree"
            elif not to.exists():
                yield f"{file}: {target} leads nowhere"
            elif anchor and anchor not in anchors(to):
                yield f"{file}: {target}: {to.name} has no such heading"


def plain_json(text):
    """JSON of JSON with comments and trailing commas. Strings are passed over first, so that "http://" stays."""
    pieces = re.compile(r'("(?:\\.|[^"\\])*")|//[^\n]*|/\*.*?\*/', re.S)
    text = pieces.sub(lambda m: m.group(1) or "", text)
    return re.sub(r",(\s*[}\]])", r"\1", text)


def check_snippets(root, program):
    """Whole pipelines pass `troupe validate`; pieces are JSON, and those of README.md stand like that in config/stories.json."""
    stories = json.loads(plain_json((root / "config" / "stories.json").read_text(encoding="utf-8")))
    whole = 0
    for file in documents(root):
        for line, text in blocks(file, "jsonc"):
            if text.lstrip().startswith((WHOLE, "{")):
                whole += 1
                with tempfile.TemporaryDirectory() as folder:
                    pipeline = pathlib.Path(folder) / "pipeline.json"
                    pipeline.write_text(text, encoding="utf-8")
                    done = run(program, "validate", "--portable", str(pipeline))
                if done.returncode != 0:
                    yield f"{file}:{line}: {done.stderr.strip()}"
                continue
            try:
                piece = json.loads(plain_json("{" + text + "}"))
            except json.JSONDecodeError as error:
                yield f"{file}:{line}: no JSON: {error}"
                continue
            if file == root / "README.md":
                for key, value in piece.items():
                    if value != stories.get(key, stories["nodes"].get(key)):
                        yield f"{file}:{line}: \"{key}\" stands otherwise in config/stories.json"
    if whole == 0:
        yield "no whole pipeline was found"


def check_plugins(root, _):
    """README.md has a row for each bundled plugin, with its kind and its README."""
    readme = (root / "README.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| (\[[^\]]+\]\(plugins/[^)]+\)) \| (\w+) \|", readme, re.M))
    manifests = sorted((root / "plugins").rglob("plugin.json"))
    if not manifests:
        yield "no bundled plugin was found"
    for manifest in manifests:
        plugin = json.loads(manifest.read_text(encoding="utf-8"))
        folder = manifest.parent.relative_to(root).as_posix()
        row = f"[{plugin['id']}]({folder}/README.md)"
        kinds = {node["kind"] for node in plugin["nodes"]}
        if rows.pop(row, None) not in kinds:
            yield f"README.md: no row \"| {row} | {' or '.join(sorted(kinds))} |\""
    for row in rows:
        yield f"README.md: {row} is no bundled plugin"


def check_commands(root, program):
    """docs/commands.md has a section for each command, which names each of its options; and no other section."""
    text = (root / "docs" / "commands.md").read_text(encoding="utf-8")
    sections = set(re.findall(r"^## troupe (.+?)\s*$", text, re.M))
    listing = run(program, "help").stdout
    commands = re.findall(r"^  ((?:runs |plugins )?[a-z]+)  +\S", listing, re.M)
    if len(commands) < 5:
        yield "`troupe help` lists hardly any command:\n" + listing
    for command in commands:
        if command not in sections:
            yield f"docs/commands.md: no section \"## troupe {command}\""
        sections.discard(command)
        for option in re.findall(r"^  (--[a-z-]+)", run(program, "help", *command.split()).stdout, re.M):
            if not re.search(re.escape(option) + r"(?![a-z-])", text):
                yield f"docs/commands.md: {option} of `troupe {command}` is not there"
    for section in sorted(sections):
        yield f"docs/commands.md: there is no command \"{section}\""


def check_exit_codes(root, program):
    """The codes of the program's source, of its help, of docs/commands.md and of README.md are the same."""
    source = (root / "host" / "support" / "problem.hpp").read_text(encoding="utf-8")
    codes = dict(re.findall(r"^  (\w+) = (\d),$", source, re.M))
    if len(codes) < 5:
        yield "host/support/problem.hpp: the exit codes were not found"
    rows = re.findall(r"^\| (\d) \| ([\w ]+) \|", (root / "docs" / "commands.md").read_text(encoding="utf-8"), re.M)
    if {(name.replace("_", " "), code) for name, code in codes.items()} != {(name, code) for code, name in rows}:
        yield f"docs/commands.md: its table of exit codes differs from host/support/problem.hpp: {codes}"
    for name, text in (("troupe help", run(program, "help").stdout), ("README.md", (root / "README.md").read_text(encoding="utf-8"))):
        sentence = re.search(r"Exit codes:[^.]*\.", text)
        stated = set(re.findall(r"\b\d\b", sentence.group())) if sentence else set()
        if stated != set(codes.values()):
            yield f"{name}: its exit codes are {sorted(stated)}"


def check_checks(root, program):
    """docs/plugins.md names the checks of the validator, in their order."""
    text = (root / "docs" / "plugins.md").read_text(encoding="utf-8").partition("## The validator")[2].partition("\n## ")[0]
    stated = re.findall(r"^\| `([a-z0-9-]+)` \|", text, re.M)
    plugin = sys.argv[4]
    real = [check["name"] for check in json.loads(run(program, "plugins", "validate", "--json", plugin).stdout)["checks"]]
    if stated != real:
        yield f"docs/plugins.md: its checks are {stated}, those of the validator {real}"


def check_tables(root, _):
    """docs/journal.md names the tables of the journal."""
    text = (root / "docs" / "journal.md").read_text(encoding="utf-8").partition("## Tables")[2].partition("\n## ")[0]
    stated = {name for row in re.findall(r"^\| (`[a-z_`, ]+`) \|", text, re.M) for name in re.findall(r"\w+", row)}
    real = set(re.findall(r"CREATE TABLE (\w+)", (root / "host" / "journal" / "migrations.cpp").read_text(encoding="utf-8")))
    if stated != real:
        yield f"docs/journal.md: its tables differ from those of the journal by {sorted(stated ^ real)}"


def check_itself(root, program):
    """Each fault that the other checks are for is found in a tree that has it."""
    with tempfile.TemporaryDirectory() as name:
        tree = pathlib.Path(name).resolve()
        for folder in ("docs", "plugins/sinks/x", "sdk", "config", "host/support", "host/journal"):
            (tree / folder).mkdir(parents=True)
        (tree / "README.md").write_text(
            "# A\n[a](nowhere.md) [b](docs/commands.md#no-such) [c](../../x) [fine](#a) [web](https://example.org)\n"
            "```jsonc\n// whole pipeline\n{ \"nodes\": { \"a\": { \"type\": \"no.such\" } } }\n```\n"
            "```jsonc\n\"run\": { \"samples\": 3 },\n```\n```jsonc\n\"run\": {,\n```\nExit codes: 0 good.\n", encoding="utf-8")
        (tree / "docs/commands.md").write_text("# Commands\n## troupe fly\n| 0 | good |\n", encoding="utf-8")
        (tree / "docs/journal.md").write_text("## Tables\n| `runs` | a |\n", encoding="utf-8")
        (tree / "docs/plugins.md").write_text("## The validator\n| `smells-good` | a |\n", encoding="utf-8")
        (tree / "config/stories.json").write_text("{ \"run\": { \"samples\": 2 /* few */, }, \"nodes\": {} } // end", encoding="utf-8")
        (tree / "plugins/sinks/x/plugin.json").write_text('{"id": "x.y", "nodes": [{"kind": "sink"}]}', encoding="utf-8")
        for file in ("host/support/problem.hpp", "host/journal/migrations.cpp"):
            (tree / file).write_bytes((root / file).read_bytes())
        expected = {"links": 3, "snippets": 3, "plugins": 1, "exit-codes": 2, "checks": 1, "tables": 1}
        for check, faults in expected.items():
            found = list(CHECKS[check](tree, program))
            if len(found) != faults:
                yield f"check \"{check}\" found {found} in a tree with {faults} faults"
        if not any("fly" in fault for fault in CHECKS["commands"](tree, program)):
            yield "check \"commands\" did not see a section for a command that there is not"


CHECKS = {"links": check_links, "snippets": check_snippets, "plugins": check_plugins, "commands": check_commands,
          "exit-codes": check_exit_codes, "checks": check_checks, "tables": check_tables, "itself": check_itself}


def run(program, *arguments):
    """The program, in a home of its own."""
    with tempfile.TemporaryDirectory() as home:
        environment = {key: value for key, value in os.environ.items() if not key.startswith(("XDG_", "TROUPE_"))}
        environment["HOME"] = home
        return subprocess.run([program, *arguments], capture_output=True, text=True, encoding="utf-8", env=environment, cwd=home,
                              check=False)


def main():
    if len(sys.argv) < 3 or sys.argv[1] not in CHECKS:
        print(__doc__, "checks:", *CHECKS, file=sys.stderr)
        return 2
    faults = list(CHECKS[sys.argv[1]](pathlib.Path(sys.argv[2]).resolve(), sys.argv[3] if len(sys.argv) > 3 else None))
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
