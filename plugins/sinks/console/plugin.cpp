#include <unistd.h>

#include <chrono>

#include "console.hpp"

namespace {

using namespace troupe::console;

/// The host's clock, so that tests can turn it, or that of the machine.
Console::Clock clockOf(troupe::Host host) {
  const auto* clock = host.extension<troupe_clock>(TROUPE_CLOCK_ID);
  if (clock == nullptr) return [] { return std::chrono::steady_clock::now().time_since_epoch(); };
  return [clock] { return std::chrono::nanoseconds(clock->steady_ns(clock->ctx)); };
}

class ConsoleSink final : public troupe::Node {
 public:
  ConsoleSink(const troupe::Options& options, troupe::Host host)
      : environment_(Environment::ofProcess()),
        terminal_(Output(STDOUT_FILENO).isTerminal()),
        console_(STDOUT_FILENO, modeOf(options.text("mode", "auto"), terminal_, environment_.term),
                 styleOf(options.text("color", "auto"), terminal_, environment_), clockOf(host)) {}

  void run(troupe::Call& call) override { console_.handle(troupe::Object(call.in("event"))); }

 private:
  const Environment environment_;
  const bool terminal_;
  Console console_;
};

}  // namespace

TROUPE_PLUGIN(ConsoleSink, "troupe.sink.console")
