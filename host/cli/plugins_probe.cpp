#include <unistd.h>

#include <string_view>

#include "cli/plugins_commands.hpp"
#include "loader/probe.hpp"
#include "loader/validator.hpp"

namespace troupe::cli {
namespace {

void tell(int descriptor, std::string_view line) {
  while (!line.empty()) {
    const auto written = ::write(descriptor, line.data(), line.size());
    if (written <= 0) return;
    line.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace

int pluginsProbe(const std::filesystem::path& file, const std::string& check) {
  const int out = loader::becomeProbe();
  if (!check.empty()) {
    tell(out, toLine(loader::runLoadCheck(check, file)) + "\n");
    return static_cast<int>(ExitCode::complete);
  }
  try {
    loader::probeHere(file);
    tell(out, "usable\n");
    return static_cast<int>(ExitCode::complete);
  } catch (const Failure& e) {
    tell(out, loader::verdictLine(e));
    return static_cast<int>(ExitCode::plugin_unusable);
  }
}

}  // namespace troupe::cli
