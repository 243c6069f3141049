#include <troupe/web.hpp>

#include "assets.hpp"
#include "sse_frame.hpp"

namespace {

class SseSink final : public troupe::Node {
 public:
  SseSink(const troupe::Options& options, troupe::Host host) : retry_ms_(options.integer("retry_ms", 2000)) {
    troupe::Web web(host);
    web.declare(troupe::WebDeclaration().stream("sse", {"/api/v1/events", "/api/v1/runs/{run}/events"},
                                                "text/event-stream",
                                                static_cast<int>(options.integer("heartbeat_ms", 10000))));
    for (const auto& asset : troupe::sse::Assets()) web.asset(asset.path, asset.content_type, asset.body);
  }

  void run(troupe::Call& call) override {
    const troupe::Object event(call.in("event"));
    const auto type = event.text("type");
    std::optional<std::int64_t> retry;
    if (type == "hello") retry = retry_ms_;
    if (type == "bye") retry = event.integer("retry_ms", retry_ms_);
    troupe::JsonWriter data;
    data.value(event.json());
    troupe::emitFrame(call, "sse", troupe::sse::sseFrame(call.input().text("id", ""), type, data.text(), retry));
  }

 private:
  const std::int64_t retry_ms_;
};

}  // namespace

TROUPE_PLUGIN(SseSink, "troupe.sink.sse")
