#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace troupe::loader {

/// What tells two states of a file apart without reading it.
struct FileIdentity {
  std::uint64_t size = 0;
  std::int64_t mtime_ns = 0;
  std::uint64_t inode = 0;
  auto operator<=>(const FileIdentity&) const = default;  // NOLINT(modernize-use-nullptr): the compiler's own 0

  /// Nothing when there is no such file.
  static std::optional<FileIdentity> of(const std::filesystem::path& path);
};

/// A plugin that crashed or hung when it was probed.
struct Quarantine {
  std::string sha256;
  FileIdentity identity;
  std::string reason;
  std::filesystem::path record;  ///< removing it lets the plugin be tried again
};

/// The folder of private copies (<sha256>.troupe), probe results and quarantine records. Results count for one build of
/// the host only. Other processes may use the folder at the same time: files are written beside and renamed.
class PluginCache {
 public:
  /// `program` is what probes: its size and time are part of the host's build.
  PluginCache(std::filesystem::path folder, const std::filesystem::path& program);

  struct Copy {
    std::string sha256;
    std::filesystem::path path;
  };
  /// The private copy of a file, made or verified. Throws Failure(plugin_unusable) when it cannot be had.
  Copy keep(const std::filesystem::path& file) const;

  bool probed(const std::string& sha256) const;
  void rememberProbed(const std::string& sha256) const;

  std::optional<Quarantine> quarantined(const std::string& sha256) const;
  std::vector<Quarantine> quarantines() const;
  /// Returns the record as it is from now on found.
  Quarantine quarantine(const std::string& sha256, const std::filesystem::path& file, const std::string& reason,
                        const std::string& stderr_tail) const;

 private:
  std::filesystem::path record(const char* folder, const std::string& sha256) const;
  void write(const std::filesystem::path& file, const std::string& text) const;

  std::filesystem::path folder_;
  std::string build_;
};

}  // namespace troupe::loader
