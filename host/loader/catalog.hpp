#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "loader/manifest.hpp"
#include "loader/type_lookup.hpp"

namespace troupe::loader {

class Module;

/// A file of the search path, and what became of it.
struct PluginFile {
  enum class State { usable, shadowed, refused, quarantined };
  std::filesystem::path path;
  State state = State::refused;
  std::string reason;                ///< why it is not usable: fact and repair
  std::optional<Manifest> manifest;  ///< where it could be read, also of a refused file
};
std::string_view toString(PluginFile::State state);

/// Where plugins are looked for and kept; made by searchPath() for the program, by hand in tests.
struct CatalogOptions {
  std::vector<std::filesystem::path> folders;  ///< first one wins
  std::filesystem::path cache;                 ///< private copies, probe results, quarantine
  std::filesystem::path program;  ///< what runs `plugins probe FILE` in a child; empty: unknown files are not probed
  std::vector<std::string> extensions;  ///< ids that this host offers; empty = services::extensionIds()
};

/// --plugin-path folders, TROUPE_PLUGIN_PATH (colons), $XDG_DATA_HOME/troupe/plugins, the bundled folder; missing ones
/// are left out.
CatalogOptions defaultCatalogOptions(const std::vector<std::filesystem::path>& plugin_path);

/// The plugins of the search path. Scanning reads manifests out of the files' sections and runs no byte of them.
class Catalog final : public TypeLookup {
 public:
  explicit Catalog(CatalogOptions options);
  ~Catalog() override;

  /// Every *.troupe file found, in search order then by name, with its state.
  const std::vector<PluginFile>& files() const;
  /// The node type of a usable plugin, or nullptr. Stays valid as long as the catalog.
  const NodeType* find(std::string_view node_type) const override;
  /// Ids of all usable node types, sorted.
  std::vector<std::string> nodeTypes() const override;
  /// The file that offers the node type, or nullptr.
  const PluginFile* fileOf(std::string_view node_type) const;
  /// Why a node type is not to be had though a file would offer it ("plugins/x.troupe: refused: …"), or "".
  std::string whyMissing(std::string_view node_type) const override;

  /// The loaded module of a usable file: hashed, copied into the cache under its hash, probed once per hash in a child,
  /// then opened with now + local binding. Loaded once per process. Throws Failure(plugin_unusable). [any thread]
  std::shared_ptr<Module> load(const PluginFile& file);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace troupe::loader
