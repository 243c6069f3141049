#include <catch2/catch.hpp>

#include <fstream>
#include <set>

#include "defaults.hpp"
#include "support/fake_host.hpp"
#include "support/temp_dir.hpp"

namespace {

using troupe::test::FakeCall;
using troupe::test::FakeHost;
using troupe::test::FakeNode;
using troupe::test::TempDir;
using Strings = std::vector<std::string>;

const troupe::test::PluginFile& plugin() {
  static const troupe::test::PluginFile f(TROUPE_PLUGIN_DIR "/prompts.file.troupe");
  return f;
}

/// A source for a file of this name and content.
class Source {
 public:
  explicit Source(const std::string& name, const std::string& content, const std::string& more = "")
      : path_(dir_.write(name, content)),
        node_(host_, plugin().node("troupe.prompts.file"),
              troupe::test::withDefaults(plugin().manifest(), R"({"path":")" + path_.string() + "\"" +
                                                                  (more.empty() ? "" : "," + more) + "}")) {}

  /// The prompt of a sample; "" when exhausted, "failed: …" on an error.
  std::string prompt(int index) {
    FakeCall call(host_, R"({"index":)" + std::to_string(index) + R"(,"seed":1,"total":9})");
    node_.run(call);
    if (call.failed()) return "failed: " + call.message();
    const auto values = call.values("prompt");
    return values.empty() ? "" : values.front();
  }
  /// The last message of each prompt until the source is exhausted, or `limit`.
  Strings contents(int limit = 100) {
    Strings out;
    for (int i = 0; i < limit; ++i) {
      const auto json = prompt(i);
      if (json.empty()) break;
      rapidjson::Document document;
      document.Parse(json.c_str());
      REQUIRE_FALSE(document.HasParseError());
      const auto messages = document["messages"].GetArray();
      out.emplace_back(messages[messages.Size() - 1]["content"].GetString());
    }
    return out;
  }
  Strings log() const {
    Strings out;
    for (const auto& [level, message] : host_.log()) {
      CHECK(level == TROUPE_WARNING);
      out.push_back(message.substr(message.find(path_.filename().string())));
    }
    return out;
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  TempDir dir_;
  std::filesystem::path path_;
  FakeHost host_;
  FakeNode node_;
};

}  // namespace

TEST_CASE("prompts.file reads each format", "[prompts][file]") {
  const auto [name, content, options, expected] = GENERATE(table<std::string, std::string, std::string, Strings>({
      {"a.txt", "one\ntwo", "", {"one", "two"}},
      {"a.txt", "one\r\n\r\n  \r\ntwo\r\n", "", {"one", "two"}},
      {"a.txt", "\xef\xbb\xbfone\n", "", {"one"}},
      {"a", "one\n", R"("template":"Say {{line}}!")", {"Say one!"}},
      {"a.csv", "prompt,genre\none,noir\n\"two, \"\"2\"\"\",horror\n", "", {"one", "two, \"2\""}},
      {"a.csv", "\xef\xbb\xbfid,q\r\n1,\"x\r\ny\"\r\n2,z\r\n", R"("template":"{{id}}: {{q}}")", {"1: x\r\ny", "2: z"}},
      {"a.csv", "x;y\n1;2\n", R"("template":"{{y}}{{x}}","delimiter":";")", {"21"}},
      {"a.tsv", "x\ty\n1\t2\n", R"("template":"{{y}}{{x}}")", {"21"}},
      {"a.csv", "1,2\n3,4", R"("header":false,"template":"{{column2}}")", {"2", "4"}},
      {"a.csv", ",q\n0,a\n", R"("template":"{{column1}}{{q}}")", {"0a"}},
      {"a.jsonl", "{\"prompt\":\"one\"}\n\n{\"prompt\":\"\\u2603\"}", "", {"one", "\xe2\x98\x83"}},
      {"a.ndjson",
       R"({"n":1.50,"b":true,"z":null,"l":[1, {"a":2}]})",
       R"("template":"{{n}} {{b}} {{z}} {{l}}")",
       {"1.5 true  [1,{\"a\":2}]"}},
      {"a.txt", R"({"prompt":"one"})", R"("format":"jsonl")", {"one"}},
      {"a.jsonl", R"({"messages":[{"role":"user","content":"hi","name":"x"}],"prompt":"no"})", "", {"hi"}},
      {"a.jsonl",
       R"({"messages":[{"role":"user","content":"hi"}],"prompt":"yes"})",
       R"("template":"{{prompt}}")",
       {"yes"}},
      {"a.csv", "prompt\none", R"("format":"lines")", {"prompt", "one"}},
  }));
  CAPTURE(name, content, options);
  Source source(name, content, options);
  CHECK(source.contents() == expected);
  CHECK(source.log().empty());
}

TEST_CASE("prompts.file makes columns vars, and a system message", "[prompts][file]") {
  Source csv("a.csv", "prompt,genre\none,noir\n", R"("system":"You write {{genre}}.")");
  CHECK(csv.prompt(0) ==
        R"({"messages":[{"role":"system","content":"You write noir."},{"role":"user","content":"one"}],)"
        R"("vars":{"prompt":"one","genre":"noir"}})");
  const std::string talk = R"([{"role":"system","content":"s"},{"role":"user","content":"u"}])";
  Source jsonl("a.jsonl", R"({"messages":)" + talk + R"(,"genre":"noir","genre":"twice"})",
               R"("system":"not this one")");
  CHECK(jsonl.prompt(0) == R"({"messages":)" + talk + R"(,"vars":{"genre":"noir"}})");
  Source without("a.jsonl", R"({"messages":[{"role":"user","content":"u"}]})", R"("system":"s")");
  CHECK(without.prompt(0) == R"({"messages":)" + talk + R"(,"vars":{}})");
}

TEST_CASE("prompts.file reports bad rows by their line and skips them", "[prompts][file]") {
  const auto [name, content, kept, logged] = GENERATE(table<std::string, std::string, Strings, Strings>({
      {"a.txt", "one\ncaf\xe9\ntwo\n", {"one", "two"}, {"a.txt: line 2: not valid UTF-8; skipped"}},
      {"a.jsonl",
       "{\"prompt\":\"one\"}\n{\"prompt\":\n[1]\n{\"other\":1}\n{\"prompt\":\"two\"}\n{\"messages\":[]}\n{\"messages\":"
       "[{\"role\":\"bot\","
       "\"content\":\"\"}]}\n",
       {"one", "two"},
       {"a.jsonl: line 2: no JSON: Invalid value. (character 11); skipped",
        "a.jsonl: line 3: not a JSON object; skipped",
        "a.jsonl: line 4: neither \"messages\" nor \"prompt\"; say with \"template\" what to ask; skipped",
        "a.jsonl: line 6: \"messages\" is empty; skipped",
        "a.jsonl: line 7: messages/0 has the role \"bot\"; roles: system, user, assistant; skipped"}},
      {"a.csv",
       "prompt,b\n\none,1\nx\n\"y\n\",2,3\ntwo,2\n",
       {"one", "two"},
       {"a.csv: line 4: 1 field where there should be 2; skipped",
        "a.csv: line 5: 3 fields where there should be 2; skipped"}},
      {"a.csv",
       "prompt,b\none,1\n\"never closed,2\ntwo,2\nthree,3\n",
       {"one", "two", "three"},
       {"a.csv: line 3: a quoted field is never closed; skipped"}},
      {"a.csv",
       "prompt,b\n\"stray,1\ntwo,2\n\"three\",3\nfour,4\n",
       {"two", "three", "four"},
       {"a.csv: line 2: text after the closing quote of a field; skipped"}},
  }));
  Source source(name, content);
  CHECK(source.contents() == kept);
  CHECK(source.log() == logged);
}

TEST_CASE("prompts.file names at most twenty bad rows", "[prompts][file]") {
  std::string content = "good\n";
  for (int i = 0; i < 50; ++i) content += "\xff\n";
  Source source("a.txt", content);
  REQUIRE(source.log().size() == 21);
  CHECK(source.log()[19] == "a.txt: line 21: not valid UTF-8; skipped");
  CHECK(source.log()[20] == "a.txt: 30 more bad rows skipped");
}

TEST_CASE("prompts.file refuses what it cannot use, with the repair", "[prompts][file]") {
  const auto [name, content, options, message] = GENERATE(table<std::string, std::string, std::string, std::string>({
      {"a.txt", "", "", "a.txt: the file is empty"},
      {"a.txt", "\n \n", "", "a.txt: no row can be used"},
      {"a.csv", "\n", "", "a.csv: the file has blank lines only"},
      {"a.csv", "prompt\n", "", "a.csv: no row can be used"},
      {"a.csv", "id,question\n1,x\n", "",
       R"(a.csv: there is no column "prompt"; say with "template" what to ask, for example "{{id}}"; columns: id, question)"},
      {"a.csv", "id,question\n1,x\n", R"("template":"{{qestion}}")",
       R"(template: unknown column "qestion"; did you mean "question"? Known: id, question)"},
      {"a.csv", "id,prompt\n1,x\n", R"("system":"{{name}}")", R"(system: unknown column "name"; known: id, prompt)"},
      {"a.csv", "id,id\n1,x\n", "", R"(a.csv: the header names the column "id" twice)"},
      {"a.csv", "\"id,x\n1,x\n", "", "a.csv: line 1, the header: a quoted field is never closed"},
      {"a.jsonl", "{\"a\":1,\"prompt\":\"x\"}\n{\"b\":2}\n", R"("template":"{{c}}")",
       R"(template: unknown column "c"; did you mean "a"? Known: a, prompt, b)"},
      {"a.jsonl", "nonsense\n", "",
       "a.jsonl: no row can be used: 1 bad row: line 1: no JSON: Invalid value. (character 2)"},
      {"a.txt", "\xff\xfeo\0n\0", "", "a.txt: this file is UTF-16; save it as UTF-8"},
      {"a.txt", "one\n\xff\n\xff\n\xff\n\xff\n", R"("bad_rows":"fail")",
       "a.txt: 4 bad rows: line 2: not valid UTF-8; line 3: not valid UTF-8; line 4: not valid UTF-8; …"},
      {"a.txt", "one", R"("template":"{{line")", R"(template: "{{" without "}}")"},
  }));
  CAPTURE(name, content, options);
  CHECK_THROWS_WITH(Source(name, content, options), Catch::Contains(message));
}

TEST_CASE("prompts.file refuses a path that is no file", "[prompts][file]") {
  const auto [path, message] = GENERATE(table<std::string, std::string>({
      {"/nowhere/prompts.csv", "/nowhere/prompts.csv: cannot be opened: No such file or directory"},
      {"/", "it is no regular file"},
      {"/dev/null", "it is no regular file"},
  }));
  FakeHost host;
  CHECK_THROWS_WITH(FakeNode(host, plugin().node("troupe.prompts.file"),
                             troupe::test::withDefaults(plugin().manifest(), R"({"path":")" + path + "\"}")),
                    Catch::Contains(message));
}

TEST_CASE("prompts.file goes through the file as often as it is told", "[prompts][file]") {
  const std::string rows = "a\nb\nc\nd\ne\nf\ng\nh\n";
  CHECK(Source("a.txt", rows).contents().size() == 8);
  const Strings twice = Source("a.txt", rows, R"("repeat":2)").contents();
  REQUIRE(twice.size() == 16);
  CHECK(Strings(twice.begin(), twice.begin() + 8) == Strings(twice.begin() + 8, twice.end()));
  CHECK(Source("a.txt", rows, R"("repeat":0)").contents(50).size() == 50);

  const Strings shuffled = Source("a.txt", rows, R"("repeat":2,"shuffle":true)").contents();
  REQUIRE(shuffled.size() == 16);
  CHECK(std::set<std::string>(shuffled.begin(), shuffled.begin() + 8).size() == 8);
  CHECK(std::set<std::string>(shuffled.begin() + 8, shuffled.end()).size() == 8);
  CHECK(Strings(shuffled.begin(), shuffled.begin() + 8) != Strings(shuffled.begin() + 8, shuffled.end()));
  CHECK(Source("a.txt", rows, R"("repeat":2,"shuffle":true)").contents() == shuffled);
  CHECK(Source("a.txt", rows, R"("repeat":2,"shuffle":true,"shuffle_seed":1)").contents() != shuffled);
}

TEST_CASE("prompts.file stops when its file has changed", "[prompts][file]") {
  Source source("a.txt", "one\ntwo\n");
  CHECK(source.contents().size() == 2);
  std::ofstream(source.path(), std::ios::app) << "three\n";
  CHECK_THAT(source.prompt(0), Catch::Contains("the file has changed since the run began"));
}

TEST_CASE("prompts.file reads a row of 4 MiB, and none that is longer", "[prompts][file]") {
  const std::string longest(4 << 20, 'x');
  Source source("a.txt", longest + "\n" + longest + "y\nshort\n");
  CHECK(source.contents() == Strings{longest, "short"});
  CHECK(source.log() == Strings{"a.txt: line 2: longer than 4 MiB; skipped"});
}

TEST_CASE("prompts.file refuses a row that is nested too deep", "[prompts][file]") {
  const std::string deep = "{\"prompt\":" + std::string(1000000, '[') + std::string(1000000, ']') + "}\n";
  const std::string fine = R"({"prompt":"one","more":[[{"text":"[[[\"[{"}]]})";
  Source source("a.jsonl", deep + fine);
  CHECK(source.contents() == Strings{"one"});
  CHECK(source.log() == Strings{"a.jsonl: line 1: nested deeper than 64 levels; skipped"});
}

TEST_CASE("prompts.file finds each of many rows", "[prompts][file]") {
  std::string content = "n,prompt\n";
  for (int i = 0; i < 20000; ++i)
    content += std::to_string(i) + ",\"" + std::string(static_cast<std::size_t>(i % 50), 'x') + "\n\"\n";
  Source source("a.csv", content, R"("template":"{{n}}")");
  CHECK(source.contents(1).front() == "0");
  for (const int i : {1, 777, 6553, 19999}) {
    CHECK_THAT(source.prompt(i), Catch::Contains(R"("content":")" + std::to_string(i) + "\""));
  }
  CHECK(source.prompt(20000).empty());
}
