#include <iostream>

#include "cli/command.hpp"
#include "cli/common.hpp"
#include "cli/plugins_commands.hpp"

namespace troupe::cli {

std::vector<Command> pluginsCommands() {
  std::vector<Command> commands;
  commands.push_back({"plugins list",
                      "",
                      "list every plugin file of the search path, with its state",
                      {},
                      {jsonOption(), pluginPathOption()},
                      [](const Arguments& a) {
                        a.expect(0, 0, "troupe plugins list");
                        return static_cast<ExitCode>(pluginsList(*openCatalog(a), a.has("json"), std::cout));
                      }});
  commands.push_back({"plugins inspect",
                      "FILE|ID",
                      "show all that a plugin says about itself, without running it",
                      {},
                      {jsonOption(), pluginPathOption()},
                      [](const Arguments& a) {
                        a.expect(1, 1, "troupe plugins inspect FILE|ID");
                        return static_cast<ExitCode>(
                            pluginsInspect(*openCatalog(a), a.positional()[0], a.has("json"), std::cout));
                      }});
  commands.push_back({"plugins validate",
                      "FILE",
                      "check a plugin file: what it is made of, and how it loads",
                      "Checks that load the file run in a child each. Exit code 7 when a check fails.",
                      {{"filter", "TEXT", "only the checks whose name contains it"}, jsonOption()},
                      [](const Arguments& a) {
                        a.expect(1, 1, "troupe plugins validate FILE");
                        ValidateOptions options;
                        options.json = a.has("json");
                        options.filter = a.get("filter");
                        return static_cast<ExitCode>(pluginsValidate(a.positional()[0], options, std::cout));
                      }});
  commands.push_back({"plugins probe",
                      "FILE",
                      "load a plugin in this process; used by the host itself",
                      {},
                      {{"check", "NAME", "one check of the validator"}},
                      [](const Arguments& a) {
                        a.expect(1, 1, "troupe plugins probe FILE");
                        return static_cast<ExitCode>(pluginsProbe(a.positional()[0], a.get("check")));
                      },
                      true});
  return commands;
}

}  // namespace troupe::cli
