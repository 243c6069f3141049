#include <algorithm>
#include <ostream>
#include <system_error>
#include <vector>

#include "cli/plugins_commands.hpp"
#include "loader/elf_file.hpp"
#include "support/json_text.hpp"
#include "support/near_name.hpp"
#include "support/sha256.hpp"

namespace troupe::cli {
namespace {

namespace fs = std::filesystem;
using rapidjson::Value;

// All that is shown of a file.
struct Findings {
  fs::path path;
  std::string state;                 // in the catalog; empty for a file outside the search path
  std::vector<std::string> reasons;  // why it cannot be used
  std::string sha256;
  std::optional<loader::ElfFile> elf;
  std::optional<loader::Manifest> manifest;
};

const loader::PluginFile* inCatalog(const loader::Catalog& catalog, const std::string& what) {
  if (const auto* file = catalog.fileOf(what)) return file;
  const auto& files = catalog.files();
  const auto offers = [&](const loader::PluginFile& file) {
    std::error_code ignored;
    if (fs::equivalent(file.path, what, ignored)) return true;
    if (!file.manifest) return false;
    const auto& nodes = file.manifest->nodes;
    return file.manifest->id == what ||
           std::any_of(nodes.begin(), nodes.end(), [&](const auto& n) { return n.id == what; });
  };
  const auto found = std::find_if(files.begin(), files.end(), offers);
  return found == files.end() ? nullptr : &*found;
}

Findings find(const loader::Catalog& catalog, const std::string& what) {
  Findings f;
  std::error_code ignored;
  if (const auto* file = inCatalog(catalog, what); file != nullptr) {
    f.path = file->path;
    f.state = toString(file->state);
    if (!file->reason.empty()) f.reasons.push_back(file->reason);
  } else if (fs::exists(what, ignored)) {
    f.path = what;
  } else {
    auto known = catalog.nodeTypes();
    throw Failure(ExitCode::usage, "no file and no plugin is called " + troupe::quoted(what) + "; " +
                                       suggest(what, known, "node types"));
  }
  std::string reason;
  f.elf = loader::readElfFile(f.path, reason);
  if (!f.elf) {
    f.reasons = {reason};
    return f;
  }
  try {
    f.sha256 = troupe::sha256File(f.path);
  } catch (const std::system_error& e) {
    f.reasons.emplace_back(e.what());
  }
  std::vector<Problem> problems;
  if (f.elf->manifest) f.manifest = loader::parseManifest(*f.elf->manifest, problems);
  if (!problems.empty()) f.reasons.clear();
  for (const auto& problem : problems) f.reasons.push_back("manifest: " + format("", problem));
  if (!f.elf->manifest && f.reasons.empty()) f.reasons.emplace_back("it has no manifest (section .troupe_manifest)");
  return f;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : ", ") + word;
  return text.empty() ? "-" : text;
}

template <typename Port>
std::string ports(const std::vector<Port>& list) {
  std::vector<std::string> words;
  for (const auto& port : list) words.push_back(port.name + " (" + port.type + ")");
  return joined(words);
}

void print(const Findings& f, std::ostream& out) {
  out << "file      " << f.path.string() << '\n';
  if (!f.state.empty()) out << "state     " << f.state << '\n';
  for (const auto& reason : f.reasons) out << "problem   " << reason << '\n';
  if (f.elf) {
    out << "sha256    " << f.sha256 << '\n'
        << "size      " << f.elf->size << " bytes\n"
        << "exports   " << joined(f.elf->exported) << '\n'
        << "needs     " << joined(f.elf->needed) << '\n'
        << "unloads   " << (f.elf->unique.empty() ? "yes" : "no: unique symbols " + joined(f.elf->unique)) << '\n';
    if (!f.elf->runpath.empty()) out << "runpath   " << f.elf->runpath << '\n';
  }
  if (!f.manifest) return;
  const auto& m = *f.manifest;
  out << "plugin    " << m.id << ' ' << m.version << " (" << m.name << ")\n";
  for (const auto& [label, text] : {std::pair{"vendor    ", m.vendor},
                                    {"license   ", m.license},
                                    {"url       ", m.url},
                                    {"about     ", m.description}})
    if (!text.empty()) out << label << text << '\n';
  for (const auto& node : m.nodes) {
    out << "node      " << node.id << ": " << loader::toString(node.kind) << ", " << node.name << '\n'
        << "  in        " << ports(node.in) << '\n'
        << "  out       " << ports(node.out) << '\n'
        << "  calls     per " << (node.per == loader::Per::candidate ? "candidate" : "sample") << ", "
        << (node.per_instance == 0 ? "any number" : std::to_string(node.per_instance)) << " at once\n";
    if (!node.required.empty()) out << "  requires  " << joined(node.required) << '\n';
    if (!node.wanted.empty()) out << "  wants     " << joined(node.wanted) << '\n';
    if (!node.net.empty()) out << "  net       " << joined(node.net) << '\n';
    out << "  options   " << node.options_schema << '\n';
  }
}

void printJson(const Findings& f, std::ostream& out) {
  rapidjson::Document document(rapidjson::kObjectType);
  auto& memory = document.GetAllocator();
  const auto text = [&](const std::string& s) { return Value(s, memory); };
  const auto list = [&](const std::vector<std::string>& words) {
    Value array(rapidjson::kArrayType);
    for (const auto& word : words) array.PushBack(text(word), memory);
    return array;
  };
  document.AddMember("path", text(f.path.string()), memory);
  if (!f.state.empty()) document.AddMember("state", text(f.state), memory);
  document.AddMember("problems", list(f.reasons), memory);
  if (f.elf) {
    document.AddMember("sha256", text(f.sha256), memory);
    document.AddMember("size", f.elf->size, memory);
    document.AddMember("exports", list(f.elf->exported), memory);
    document.AddMember("needs", list(f.elf->needed), memory);
    document.AddMember("unloadable", f.elf->unique.empty(), memory);
    document.AddMember("runpath", text(f.elf->runpath), memory);
  }
  if (f.manifest) {
    std::vector<Problem> none;
    if (const auto manifest = parseJson(f.manifest->text, none))
      document.AddMember("manifest", Value(*manifest, memory), memory);
  }
  out << toJson(document) << '\n';
}

}  // namespace

int pluginsInspect(const loader::Catalog& catalog, const std::string& what, bool json, std::ostream& out) {
  const auto findings = find(catalog, what);
  if (json) {
    printJson(findings, out);
  } else {
    print(findings, out);
  }
  return static_cast<int>(findings.reasons.empty() ? ExitCode::complete : ExitCode::plugin_unusable);
}

}  // namespace troupe::cli
