#include <optional>

#include "loader/checks.hpp"
#include "loader/elf_file.hpp"
#include "loader/manifest.hpp"
#include "support/json_text.hpp"
#include "support/problem.hpp"

namespace troupe::loader {

/// A file and what was read out of it.
struct FileSubject {
  std::optional<ElfFile> elf;
  std::string reason;  // why it could not be read
  bool manifest_ok = false;
  std::vector<Problem> problems;  // of the manifest
};

namespace {

constexpr std::uint64_t kSizeLimit = 64u << 20;

std::string some(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size() && i < 3; ++i) text += (i ? ", " : "") + names[i];
  return names.size() > 3 ? text + " and " + std::to_string(names.size() - 3) + " more" : text;
}

CheckResult exportsExactlyOne(const FileSubject& s) {
  if (!s.elf->exports("troupe_module_v1"))
    return failed("it does not export troupe_module_v1", "use TROUPE_PLUGIN or TROUPE_MODULE, and troupe_add_plugin()");
  std::vector<std::string> others;
  for (const auto& symbol : s.elf->exported)
    // A sanitizer marks every global with a symbol of its own; that one is not the plugin's.
    if (symbol != "troupe_module_v1" && symbol.rfind("__odr_asan.", 0) != 0) others.push_back(symbol);
  if (others.empty()) return {};
  return failed("it exports " + std::to_string(others.size()) +
                    (others.size() == 1 ? " more symbol: " : " more symbols: ") + some(others),
                "link with the SDK's version script plugin.version");
}

CheckResult noUniqueSymbols(const FileSubject& s) {
  if (s.elf->unique.empty()) return {};
  return failed("it has unique symbols, which two plugins would share: " + some(s.elf->unique),
                "compile with -fno-gnu-unique and link with the SDK's version script");
}

CheckResult noUndefinedHostSymbols(const FileSubject& s) {
  std::vector<std::string> wanted;
  for (const auto& symbol : s.elf->undefined)
    if (symbol.rfind("troupe_", 0) == 0 || symbol.rfind("_ZN6troupe", 0) == 0 || symbol.rfind("_ZNK6troupe", 0) == 0)
      wanted.push_back(symbol);
  if (wanted.empty()) return {};
  return failed("it wants symbols of the host, which exports none: " + some(wanted),
                "define them in the plugin; link with -z defs");
}

CheckResult noAbsoluteRunpath(const FileSubject& s) {
  const auto& path = s.elf->runpath;
  if (path.empty() || (path.front() != '/' && path.find(":/") == std::string::npos)) return {};
  return failed("its RUNPATH " + troupe::quoted(path) + " is a folder of the machine that built it",
                "set INSTALL_RPATH to $ORIGIN or nothing");
}

CheckResult noTextRelocations(const FileSubject& s) {
  if (!s.elf->text_relocations) return {};
  return failed("it has relocations in its code (TEXTREL)", "compile everything in it with -fPIC");
}

CheckResult sizeCheck(const FileSubject& s) {
  if (s.elf->size <= kSizeLimit) return {};
  return failed("it has " + std::to_string(s.elf->size >> 20U) + " MiB, more than 64", "strip it, or link less");
}

enum class Part { ids, schema, example, rest };

Part partOf(const Problem& problem) {
  if (problem.place.find("/example") != std::string::npos) return Part::example;
  if (problem.place.find("/options") != std::string::npos) return Part::schema;
  const auto ends = problem.place.size() >= 3 && problem.place.compare(problem.place.size() - 3, 3, "/id") == 0;
  return ends ? Part::ids : Part::rest;
}

CheckResult manifestPart(const FileSubject& s, Part part) {
  if (!s.elf->manifest) {
    if (part != Part::rest) return skipped("there is no manifest");
    return failed("it has no section .troupe_manifest", "build it with troupe_add_plugin()");
  }
  std::string text;
  for (const auto& problem : s.problems)
    if (partOf(problem) == part) text += (text.empty() ? "" : "\n  ") + format("", problem);
  return text.empty() ? CheckResult() : failed(text);
}

CheckResult manifestValid(const FileSubject& s) { return manifestPart(s, Part::rest); }
CheckResult idsUniqueAndPrefixed(const FileSubject& s) { return manifestPart(s, Part::ids); }
CheckResult schemaCompiles(const FileSubject& s) { return manifestPart(s, Part::schema); }
CheckResult exampleValid(const FileSubject& s) { return manifestPart(s, Part::example); }

}  // namespace

const std::vector<FileCheck>& fileChecks() {
  static const std::vector<FileCheck> kChecks = {{"exports-exactly-one", &exportsExactlyOne},
                                                 {"no-unique-symbols", &noUniqueSymbols},
                                                 {"no-undefined-host-symbols", &noUndefinedHostSymbols},
                                                 {"no-absolute-runpath", &noAbsoluteRunpath},
                                                 {"no-textrel", &noTextRelocations},
                                                 {"size", &sizeCheck},
                                                 {"manifest-valid", &manifestValid},
                                                 {"ids-unique-and-prefixed", &idsUniqueAndPrefixed},
                                                 {"schema-compiles", &schemaCompiles},
                                                 {"example-valid", &exampleValid}};
  return kChecks;
}

std::vector<CheckResult> runFileChecks(const std::filesystem::path& file, std::string_view filter) {
  FileSubject subject;
  subject.elf = readElfFile(file, subject.reason);
  if (subject.elf && subject.elf->manifest)
    subject.manifest_ok = parseManifest(*subject.elf->manifest, subject.problems).has_value();
  std::vector<CheckResult> results;
  for (const auto& check : fileChecks()) {
    if (std::string_view(check.name).find(filter) == std::string_view::npos) continue;
    auto result = subject.elf ? check.run(subject) : failed(subject.reason);
    result.name = check.name;
    results.push_back(std::move(result));
  }
  return results;
}

}  // namespace troupe::loader
