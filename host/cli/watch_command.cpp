#include <csignal>
#include <cstdlib>
#include <iostream>
#include <memory>

#include "cli/command.hpp"
#include "cli/common.hpp"
#include "cli/signals.hpp"
#include "cli/watch.hpp"

namespace troupe::cli {
namespace {

bool isAddress(const std::string& what) { return what.starts_with("http://") || what.starts_with("https://"); }

std::string tokenFrom(const Arguments& arguments) {
  if (!arguments.has("token-env")) return {};
  const auto name = arguments.get("token-env");
  const char* token = std::getenv(name.c_str());
  if (token == nullptr || *token == '\0')
    throw Failure(ExitCode::usage,
                  "--token-env " + name + ": there is no such variable in the environment, or it is empty");
  return token;
}

int signalNumber(const std::string& name) { return name == "SIGINT" ? SIGINT : name == "SIGTERM" ? SIGTERM : SIGHUP; }

ExitCode watch(const Arguments& arguments) {
  arguments.expect(1, 1, "troupe watch RUN|URL");
  const auto& what = arguments.positional()[0];
  std::optional<std::string> end;
  std::string signal;  // Written by the thread of the signals, read when that is over.
  std::string again = what;
  {
    Signals signals;
    const auto catalog = openCatalog(arguments);
    WatchStop stop;
    if (isAddress(what)) {
      SseClient::Options options;
      options.uri = streamAddress(what);
      options.token = tokenFrom(arguments);
      options.ca_file = arguments.get("ca");
      options.tell = [](const std::string& message) { std::cerr << "troupe: " << message << std::endl; };
      SseClient client(std::move(options));
      ConsoleView view(*catalog);
      signals.listen(
          [&](const std::string& name) {
            signal = name;
            client.stop();
          },
          "");
      end = watchStream(client, view);
      signals.silence();
    } else {
      const auto journal = openJournal(arguments, false, "watch");
      const auto run = journal->findRun(what);
      again = run.id;
      ConsoleView view(*catalog);
      signals.listen(
          [&](const std::string& name) {
            signal = name;
            stop.set();
          },
          "");
      end = watchJournal(*journal, run, view, stop);
      signals.silence();
    }
  }
  if (end == "interrupted")
    std::cerr << "troupe: run " << again << " was interrupted: nobody is working on it; go on with: troupe resume "
              << again << '\n';
  if (end) return exitCodeOf(*end);
  if (signal.empty()) {
    std::cerr << "troupe: the server has no more to tell\n";
    return ExitCode::complete;
  }
  std::cerr << "troupe: no longer watching; the run goes on. To see it again: troupe watch " << again << std::endl;
  // As a program that was interrupted ends, so that a script around it ends too.
  std::signal(signalNumber(signal), SIG_DFL);
  std::raise(signalNumber(signal));
  return ExitCode::complete;
}

}  // namespace

std::vector<Command> watchCommands() {
  return {{"watch",
           "RUN|URL [options]",
           "show a run of this machine or of a server, as `run` does",
           "RUN is an id, the beginning of one, or `last`; another process may be working on it. URL is the address of "
           "a server (its newest run), or\n"
           "of a run: http://127.0.0.1:7878/api/v1/runs/ID. Ends when the run has ended, with its exit code. Ctrl-C "
           "ends the view, not the run.",
           {{"token-env", "NAME", "environment variable with the server's token"},
            {"ca", "FILE", "certificates to trust besides those of the system (PEM)"},
            journalOption(),
            pluginPathOption()},
           watch}};
}

}  // namespace troupe::cli
