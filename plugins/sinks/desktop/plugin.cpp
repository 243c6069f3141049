#include <chrono>

#include "desktop_sink.hpp"
#include "session_bus.hpp"

namespace {

using namespace troupe::desktop;

constexpr std::chrono::milliseconds kLimit{2000};  // a daemon that hangs holds up nobody for longer

class DesktopNode final : public troupe::Node {
 public:
  DesktopNode(const troupe::Options& options, troupe::Host host)
      : sink_(settingsOf(options), {[this](const Notification& notification) {
                                      return show(notification, kLimit, [this] { return call_->cancelled(); });
                                    },
                                    [clock = host.extension<troupe_clock>(TROUPE_CLOCK_ID)] {
                                      return clock->steady_ns(clock->ctx) / 1'000'000;
                                    },
                                    [host](const std::string& message) { host.log(TROUPE_WARNING, message); }}) {}

  void run(troupe::Call& call) override {
    call_ = &call;
    sink_.handle(troupe::Object(call.in("event")));
    call_ = nullptr;
  }

 private:
  troupe::Call* call_ = nullptr;  // while run() is on its way; one call at a time
  DesktopSink sink_;
};

}  // namespace

TROUPE_PLUGIN(DesktopNode, "troupe.sink.desktop")
