#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/arguments.hpp"
#include "support/problem.hpp"

namespace troupe::cli {

/// One command of the program: everything that its help says, and what it does.
struct Command {
  std::string name;     ///< "run", or "runs list"
  std::string usage;    ///< "FILE [options]", after the name
  std::string summary;  ///< one line
  std::string details;  ///< further paragraphs of its help; may be empty
  std::vector<OptionSpec> options;
  std::function<ExitCode(const Arguments&)> run;
  bool hidden = false;  ///< not in the list of commands: called by the program itself
};

// One function a family; the order is that of the help.
std::vector<Command> runCommands();       ///< run, resume
std::vector<Command> serveCommands();     ///< serve
std::vector<Command> watchCommands();     ///< watch
std::vector<Command> pipelineCommands();  ///< validate, graph, schema, try, models, check, doctor
std::vector<Command> runsCommands();      ///< runs …
std::vector<Command> pluginsCommands();   ///< plugins …
std::vector<Command> secretsCommands();   ///< secrets …

/// --plugin-path and --journal, which several commands share.
OptionSpec pluginPathOption();
OptionSpec journalOption();
OptionSpec jsonOption();

}  // namespace troupe::cli
