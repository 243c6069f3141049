#pragma once

#include <filesystem>

namespace troupe::paths {

/// $XDG_DATA_HOME/troupe, else ~/.local/share/troupe: plugins, data of `serve`.
std::filesystem::path data();
/// $XDG_STATE_HOME/troupe, else ~/.local/state/troupe: the journal.
std::filesystem::path state();
/// $XDG_CACHE_HOME/troupe, else ~/.cache/troupe: private copies and probe results of plugins.
std::filesystem::path cache();
/// answers.db there: what providers answered.
std::filesystem::path answers();
/// $XDG_CONFIG_HOME/troupe, else ~/.config/troupe: secrets.json, prices.json.
std::filesystem::path config();
/// The running program, and the folder of the bundled plugins beside it: <prefix>/lib/troupe/plugins.
std::filesystem::path program();
std::filesystem::path bundledPlugins();
/// What comes with the program and is read only: <prefix>/share/troupe.
std::filesystem::path bundledData();

}  // namespace troupe::paths
