#include "support/paths.hpp"

#include <unistd.h>

#include <cstdlib>

#include "troupe_install.h"

namespace troupe::paths {
namespace {

namespace fs = std::filesystem;

// The XDG specification: a relative or empty value is ignored.
fs::path base(const char* variable, const char* below_home) {
  if (const char* value = std::getenv(variable); value != nullptr && fs::path(value).is_absolute())
    return fs::path(value) / "troupe";
  const char* home = std::getenv("HOME");
  if (home == nullptr || !fs::path(home).is_absolute())
    return fs::temp_directory_path() / ("troupe-" + std::to_string(::getuid())) / below_home;
  return fs::path(home) / below_home / "troupe";
}

}  // namespace

fs::path data() { return base("XDG_DATA_HOME", ".local/share"); }
fs::path state() { return base("XDG_STATE_HOME", ".local/state"); }
fs::path cache() { return base("XDG_CACHE_HOME", ".cache"); }
fs::path answers() { return cache() / "answers.db"; }
fs::path config() { return base("XDG_CONFIG_HOME", ".config"); }

fs::path program() {
  std::error_code error;
  return fs::read_symlink("/proc/self/exe", error);
}

fs::path bundledPlugins() {
  const auto prefix = program().parent_path().parent_path();
  std::error_code ignored;
  const auto installed = prefix / TROUPE_PLUGIN_INSTALL_DIR;
  return fs::is_directory(installed, ignored) ? installed : prefix / "lib/troupe/plugins";
}

fs::path bundledData() { return program().parent_path().parent_path() / TROUPE_DATA_INSTALL_DIR; }

}  // namespace troupe::paths
