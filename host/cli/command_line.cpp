#include "cli/command_line.hpp"

#include <Poco/Exception.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <exception>
#include <iostream>
#include <new>

#include "cli/command.hpp"
#include "support/allocator.hpp"
#include "support/near_name.hpp"
#include "troupe_install.h"

namespace troupe::cli {
namespace {

const std::vector<Command>& commands() {
  static const std::vector<Command> all = [] {
    std::vector<Command> list;
    for (auto family : {runCommands(), serveCommands(), watchCommands(), pipelineCommands(), runsCommands(),
                        pluginsCommands(), secretsCommands()})
      std::move(family.begin(), family.end(), std::back_inserter(list));
    return list;
  }();
  return all;
}

void printColumns(const std::vector<std::pair<std::string, std::string>>& rows) {
  std::size_t width = 0;
  for (const auto& [left, right] : rows) width = std::max(width, std::min<std::size_t>(left.size(), 34));
  for (const auto& [left, right] : rows) {
    std::cout << "  " << left;
    if (left.size() > width)
      std::cout << "\n  " << std::string(width, ' ');
    else
      std::cout << std::string(width - left.size(), ' ');
    std::cout << "  " << right << '\n';
  }
}

void printHelp() {
  std::cout << "troupe: a host for a cast of language models\n\nUsage: troupe COMMAND [options]\n\nCommands:\n";
  std::vector<std::pair<std::string, std::string>> rows;
  for (const auto& command : commands())
    if (!command.hidden) rows.emplace_back(command.name, command.summary);
  printColumns(rows);
  std::cout
      << "\n`troupe help COMMAND` says more. Exit codes: 0 complete, 1 internal error, 2 usage, 3 invalid pipeline,\n"
         "4 every sample failed, 5 paused (can be resumed), 6 journal or disk, 7 plugin unusable, 8 cancelled.\n";
}

void printHelp(const Command& command) {
  std::cout << "troupe " << command.name << ": " << command.summary << "\n\nUsage: troupe " << command.name
            << (command.usage.empty() ? "" : " ") << command.usage << '\n';
  if (!command.details.empty()) std::cout << '\n' << command.details << '\n';
  if (!command.options.empty()) {
    std::cout << "\nOptions:\n";
    std::vector<std::pair<std::string, std::string>> rows;
    for (const auto& option : command.options)
      rows.emplace_back("--" + option.name + (option.value.empty() ? "" : " " + option.value), option.help);
    printColumns(rows);
  }
}

// The command with the longest name that the arguments begin with; how many of them it took.
const Command* find(const std::vector<std::string>& arguments, std::size_t& taken) {
  for (std::size_t words = std::min<std::size_t>(arguments.size(), 2); words > 0; --words) {
    std::string name = arguments[0];
    if (words == 2) name += " " + arguments[1];
    const auto found =
        std::find_if(commands().begin(), commands().end(), [&](const Command& c) { return c.name == name; });
    if (found == commands().end()) continue;
    taken = words;
    return &*found;
  }
  return nullptr;
}

[[noreturn]] void unknownCommand(const std::vector<std::string>& arguments) {
  const auto& word = arguments[0];
  std::vector<std::string> family, first_words;
  for (const auto& command : commands()) {
    if (command.hidden) continue;
    const auto space = command.name.find(' ');
    first_words.push_back(command.name.substr(0, space));
    if (space != std::string::npos && command.name.substr(0, space) == word)
      family.push_back(command.name.substr(space + 1));
  }
  first_words.erase(std::unique(first_words.begin(), first_words.end()), first_words.end());
  if (!family.empty()) {
    if (arguments.size() < 2)
      throw Failure(ExitCode::usage, "troupe " + word + " needs a word more; " + suggest("", family, "one of"));
    throw Failure(ExitCode::usage,
                  "unknown command \"" + word + " " + arguments[1] + "\"; " + suggest(arguments[1], family));
  }
  throw Failure(ExitCode::usage, "unknown command \"" + word + "\"; " + suggest(word, first_words));
}

ExitCode dispatch(std::vector<std::string> arguments) {
  if (arguments.empty() || arguments[0] == "--help" || arguments[0] == "-h" ||
      (arguments[0] == "help" && arguments.size() == 1)) {
    printHelp();
    return arguments.empty() ? ExitCode::usage : ExitCode::complete;
  }
  if (arguments[0] == "--version" || arguments[0] == "version") {
    std::cout << "troupe " TROUPE_VERSION "\n";
    return ExitCode::complete;
  }
  const bool help = arguments[0] == "help";
  if (help) arguments.erase(arguments.begin());
  std::size_t taken = 0;
  const auto* command = find(arguments, taken);
  if (command == nullptr) unknownCommand(arguments);
  const std::vector<std::string> rest(arguments.begin() + static_cast<std::ptrdiff_t>(taken), arguments.end());
  const auto asks = [](const std::string& a) { return a == "--help" || a == "-h"; };
  if (help || std::any_of(rest.begin(), std::find(rest.begin(), rest.end(), "--"), asks)) {
    printHelp(*command);
    return ExitCode::complete;
  }
  return command->run(Arguments(rest, command->options));
}

int end(ExitCode code) { return static_cast<int>(code); }

// Started without stdin, stdout or stderr, the first files that are opened would get their numbers, and what is printed
// would go into the journal.
void occupyStandardFiles() {
  int file = 0;
  do file = ::open("/dev/null", O_RDWR);
  while (file >= 0 && file <= STDERR_FILENO);
  if (file >= 0) ::close(file);
}

}  // namespace

int main(const std::vector<std::string>& arguments) {
  limitHeaps();
  occupyStandardFiles();
  std::signal(SIGPIPE, SIG_IGN);  // A reader that goes away is an error of that write, not our end.
  try {
    const auto code = dispatch(arguments);
    std::cout.flush();
    return end(code);
  } catch (const Failure& e) {
    std::cout.flush();
    std::cerr << "troupe: " << e.what() << '\n';
    return end(e.code());
  } catch (const Poco::Exception& e) {
    std::cerr << "troupe: internal error: " << e.displayText() << '\n';
  } catch (const std::bad_alloc&) {
    std::cerr << "troupe: out of memory\n";
  } catch (const std::exception& e) {
    std::cerr << "troupe: internal error: " << e.what() << '\n';
  }
  return end(ExitCode::internal);
}

OptionSpec pluginPathOption() {
  return {"plugin-path", "DIR", "look for plugins here first (repeatable; also TROUPE_PLUGIN_PATH)"};
}
OptionSpec journalOption() {
  return {"journal", "FILE", "the journal (default: journal.db in $XDG_STATE_HOME/troupe)"};
}
OptionSpec jsonOption() { return {"json", "", "print JSON"}; }

}  // namespace troupe::cli
