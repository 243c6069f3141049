#include "delivery.hpp"
#include "support/run_text.hpp"

namespace {

using namespace troupe::webhook;

class WebhookSink final : public troupe::Node {
 public:
  WebhookSink(const troupe::Options& options, troupe::Host host) : settings_(settingsOf(options)), http_(host) {}

  void run(troupe::Call& call) override {
    const troupe::Object event(call.in("event"));
    if (settings_.events.count(troupe::sinks::eventName(event)) == 0) return;
    // Only the beginning of an answer is of use, and a receiver may send any amount.
    std::string start;
    auto answer = http_.request(call, deliveryOf(settings_, event),
                                [&start](const troupe::HttpResponse&, std::string_view piece) {
                                  constexpr std::size_t kMost = 4096;
                                  if (start.size() < kMost) start += piece.substr(0, kMost - start.size());
                                });
    answer.body = std::move(start);
    checkAnswer(answer);
  }

 private:
  const Settings settings_;
  const troupe::Http http_;
};

}  // namespace

TROUPE_PLUGIN(WebhookSink, "troupe.sink.webhook")
