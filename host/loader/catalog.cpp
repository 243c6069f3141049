#include "loader/catalog.hpp"

#include <algorithm>
#include <cstdlib>
#include <set>
#include <sstream>
#include <system_error>

#include "loader/libraries.hpp"
#include "loader/module.hpp"
#include "loader/plugin_cache.hpp"
#include "loader/probe.hpp"
#include "services/host_table.hpp"
#include "support/json_text.hpp"
#include "support/near_name.hpp"
#include "support/paths.hpp"

namespace troupe::loader {
namespace {

namespace fs = std::filesystem;

// What a file says about itself, whatever else is in the search path.
struct FileFacts {
  std::string reason;  // why it can never be used, or ""
  std::optional<Manifest> manifest;
};

std::string wrongSymbol(const ElfFile& elf) {
  constexpr std::string_view kPrefix = "troupe_module_v";
  for (const auto& symbol : elf.exported)
    if (symbol.rfind(kPrefix, 0) == 0 && symbol != "troupe_module_v1")
      return "it exports " + symbol +
             ", this host knows troupe_module_v1; use a newer host, or build the plugin with this host's SDK";
  return "it does not export troupe_module_v1; use TROUPE_PLUGIN or TROUPE_MODULE, and troupe_add_plugin()";
}

FileFacts readFacts(const fs::path& path) {
  FileFacts facts;
  const auto elf = readElfFile(path, facts.reason);
  if (!elf) return facts;
  std::vector<Problem> problems;
  if (elf->manifest) facts.manifest = parseManifest(*elf->manifest, problems);
  if (!elf->exports("troupe_module_v1")) {
    facts.reason = wrongSymbol(*elf);
  } else if (!elf->manifest) {
    facts.reason = "it has no manifest (section .troupe_manifest); build it with troupe_add_plugin()";
  } else if (!problems.empty()) {
    facts.reason = "broken manifest: " + format("", problems.front());
    if (problems.size() > 1)
      facts.reason +=
          " (and " + std::to_string(problems.size() - 1) + " more: troupe plugins inspect " + path.string() + ")";
  } else if (const auto missing = missingLibraries(path, *elf); !missing.empty()) {
    facts.reason = "it needs the library " + missing.front() +
                   ", which is not installed; install it, or name its folder in LD_LIBRARY_PATH";
  }
  return facts;
}

// A host that lists its plugins again and again reads each file once, as long as it does not change.
FileFacts factsOf(const fs::path& path) {
  static std::mutex mutex;
  static std::map<std::pair<fs::path, FileIdentity>, FileFacts> known;
  const auto identity = FileIdentity::of(path);
  if (!identity) return {"it cannot be read: " + std::generic_category().message(errno), std::nullopt};
  {
    const std::lock_guard lock(mutex);
    if (const auto found = known.find({path, *identity}); found != known.end()) return found->second;
  }
  auto facts = readFacts(path);
  // A library may be installed and a permission given without any change of the file.
  if (!facts.reason.empty()) return facts;
  const std::lock_guard lock(mutex);
  return known.insert_or_assign({path, *identity}, std::move(facts)).first->second;
}

std::vector<fs::path> pluginsIn(const fs::path& folder) {
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
    if (it->path().extension() == ".troupe") found.push_back(it->path());
  std::sort(found.begin(), found.end());
  return found;
}

bool sameFolder(const fs::path& a, const fs::path& b) {
  std::error_code error;
  return fs::equivalent(a, b, error) && !error;
}

}  // namespace

std::string_view toString(PluginFile::State state) {
  switch (state) {
    case PluginFile::State::usable:
      return "usable";
    case PluginFile::State::shadowed:
      return "shadowed";
    case PluginFile::State::refused:
      return "refused";
    case PluginFile::State::quarantined:
      return "quarantined";
  }
  return "";
}

CatalogOptions defaultCatalogOptions(const std::vector<fs::path>& plugin_path) {
  CatalogOptions options;
  auto wanted = plugin_path;
  if (const char* variable = std::getenv("TROUPE_PLUGIN_PATH")) {
    std::istringstream parts(variable);
    for (std::string part; std::getline(parts, part, ':');)
      if (!part.empty()) wanted.emplace_back(part);
  }
  wanted.push_back(paths::data() / "plugins");
  wanted.push_back(paths::bundledPlugins());
  for (const auto& folder : wanted) {
    std::error_code ignored;
    const bool known = std::any_of(options.folders.begin(), options.folders.end(),
                                   [&](const auto& f) { return sameFolder(f, folder); });
    if (!known && fs::is_directory(folder, ignored)) options.folders.push_back(folder);
  }
  options.cache = paths::cache();
  options.program = paths::program();
  return options;
}

struct Catalog::State {
  CatalogOptions options;
  PluginCache cache;
  fs::path bundled = paths::bundledPlugins();
  std::vector<PluginFile> files;
  // Pointers into `files`, which is never changed after the scan.
  std::map<std::string, std::pair<const NodeType*, const PluginFile*>, std::less<>> nodes;

  std::mutex mutex;  // Guards all below.
  std::map<fs::path, std::shared_ptr<Module>> loaded;

  explicit State(CatalogOptions given) : options(std::move(given)), cache(options.cache, options.program) {
    if (options.extensions.empty()) options.extensions = services::extensionIds();
  }

  void scan() {
    for (const auto& folder : options.folders)
      for (const auto& path : pluginsIn(folder)) files.push_back(judge(path));
    quarantine();
    std::map<std::string, const PluginFile*> plugins;
    for (auto& file : files) {
      if (file.state != PluginFile::State::usable) continue;
      if (const auto* first = offeredBefore(plugins, *file.manifest); first != nullptr) {
        file.state = PluginFile::State::shadowed;
        file.reason = first->manifest->id + " " + first->manifest->version + " of " + first->path.string() +
                      " comes first in the search path";
        continue;
      }
      plugins[file.manifest->id] = &file;
      for (const auto& node : file.manifest->nodes) nodes[node.id] = {&node, &file};
    }
  }

  PluginFile judge(const fs::path& path) const {
    auto facts = factsOf(path);
    PluginFile file{path, PluginFile::State::refused, std::move(facts.reason), std::move(facts.manifest)};
    if (!file.reason.empty()) return file;
    for (const auto& node : file.manifest->nodes)
      for (const auto& id : node.required)
        if (std::find(options.extensions.begin(), options.extensions.end(), id) == options.extensions.end()) {
          file.reason = troupe::quoted(node.id) + " requires the extension " + troupe::quoted(id) +
                        ", which this host does not offer; " + suggest(id, options.extensions, "it offers");
          return file;
        }
    file.state = PluginFile::State::usable;
    return file;
  }

  void quarantine() {
    for (const auto& q : cache.quarantines())
      for (auto& file : files)
        if (file.state == PluginFile::State::usable && FileIdentity::of(file.path) == q.identity) {
          file.state = PluginFile::State::quarantined;
          file.reason = words(q);
        }
  }

  static std::string words(const Quarantine& q) {
    return q.reason + "; mend it, or remove " + q.record.string() + " to try it again";
  }

  const PluginFile* offeredBefore(const std::map<std::string, const PluginFile*>& plugins,
                                  const Manifest& manifest) const {
    if (const auto found = plugins.find(manifest.id); found != plugins.end()) return found->second;
    for (const auto& node : manifest.nodes)
      if (const auto found = nodes.find(node.id); found != nodes.end()) return found->second.second;
    return nullptr;
  }

  bool isBundled(const PluginFile& file) const { return sameFolder(file.path.parent_path(), bundled); }

  // A bundled plugin has been probed by this host's own tests; leaving out the child keeps a second start quick.
  void probe(const PluginFile& file, const PluginCache::Copy& copy) {
    if (const auto q = cache.quarantined(copy.sha256)) unusable(file, words(*q));
    if (options.program.empty() || isBundled(file) || cache.probed(copy.sha256)) return;
    const auto result = probeInChild(options.program, copy.path);
    if (result.verdict == ProbeVerdict::usable) return cache.rememberProbed(copy.sha256);
    if (result.verdict == ProbeVerdict::unusable_here) unusable(file, result.reason);
    unusable(file, words(cache.quarantine(copy.sha256, file.path, result.reason, result.stderr_tail)));
  }

  [[noreturn]] static void unusable(const PluginFile& file, const std::string& reason) {
    throw Failure(ExitCode::plugin_unusable, file.path.string() + ": not loaded: " + reason);
  }

  std::shared_ptr<Module> load(const PluginFile& file) {
    if (file.state != PluginFile::State::usable) unusable(file, std::string(toString(file.state)) + ": " + file.reason);
    const std::lock_guard lock(mutex);
    if (const auto found = loaded.find(file.path); found != loaded.end()) return found->second;
    const auto copy = cache.keep(file.path);
    std::string reason;
    const auto elf = readElfFile(copy.path, reason);
    if (!elf) unusable(file, reason);
    if (elf->manifest != file.manifest->text)
      unusable(file, "its manifest has changed since it was listed; start again");
    probe(file, copy);
    try {
      return loaded[file.path] = std::make_shared<Module>(copy.path, copy.sha256, file.manifest->text);
    } catch (const Failure& e) {
      unusable(file, e.what());
    }
  }
};

Catalog::Catalog(CatalogOptions options) : state_(std::make_unique<State>(std::move(options))) { state_->scan(); }
Catalog::~Catalog() = default;

const std::vector<PluginFile>& Catalog::files() const { return state_->files; }

const NodeType* Catalog::find(std::string_view node_type) const {
  const auto found = state_->nodes.find(node_type);
  return found == state_->nodes.end() ? nullptr : found->second.first;
}

const PluginFile* Catalog::fileOf(std::string_view node_type) const {
  const auto found = state_->nodes.find(node_type);
  return found == state_->nodes.end() ? nullptr : found->second.second;
}

std::vector<std::string> Catalog::nodeTypes() const {
  std::vector<std::string> ids;
  for (const auto& [id, where] : state_->nodes) ids.push_back(id);
  return ids;
}

std::string Catalog::whyMissing(std::string_view node_type) const {
  if (find(node_type) != nullptr) return {};
  for (const auto& file : state_->files) {
    if (!file.manifest || file.state == PluginFile::State::usable) continue;
    const auto& nodes = file.manifest->nodes;
    if (std::any_of(nodes.begin(), nodes.end(), [&](const NodeType& n) { return n.id == node_type; }))
      return file.path.string() + ": " + std::string(toString(file.state)) + ": " + file.reason;
  }
  return {};
}

std::shared_ptr<Module> Catalog::load(const PluginFile& file) { return state_->load(file); }

}  // namespace troupe::loader
