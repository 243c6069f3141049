#include <troupe/web.hpp>

namespace {

/// {"id": on the wire or null, "event": …} a line; and a request that counts what it is asked.
class Ndjson final : public troupe::Node {
 public:
  Ndjson(const troupe::Options& options, troupe::Host host) {
    troupe::Web web(host);
    web.declare(troupe::WebDeclaration()
                    .stream("lines", {"/api/v1/events.ndjson", "/api/v1/runs/{run}/events.ndjson"},
                            "application/x-ndjson", static_cast<int>(options.integer("heartbeat_ms", 10000)))
                    .request("POST", "/ndjson/echo/{name}", "operate")
                    .request("GET", "/ndjson/echo/{name}", "watch"));
    web.asset("/ndjson/about.txt", "text/plain; charset=utf-8", "One event a line.\n");
  }

  void run(troupe::Call& call) override {
    if (troupe::isWebRequest(call)) return answer(call);
    troupe::JsonWriter line;
    line.beginObject().key("id");
    call.input().has("id") ? line.value(call.input().text("id")) : line.null();
    line.key("event").value(call.in("event")).endObject();
    troupe::emitFrame(call, "lines", std::string(line.text()) + "\n");
  }

 private:
  static void answer(troupe::Call& call) {
    const auto request = troupe::webRequest(call);
    if (request.param("name") == "nobody")
      throw troupe::Error(TROUPE_E_PERMANENT_REQUEST, "there is nobody of that name");
    if (request.param("name") == "silent") return;
    if (request.param("name") == "asleep") call.sleep(3600000);
    troupe::JsonWriter body;
    body.beginObject()
        .member("name", request.param("name"))
        .member("q", request.query("q"))
        .member("body", request.body());
    body.member("right", request.right())
        .member("base", request.base())
        .member("cookie", request.header("cookie"))
        .endObject();
    troupe::respond(call, 200, "application/json", body.text(), {{"X-Echo", "yes"}, {"Set-Cookie", "evil=1"}});
  }
};

}  // namespace

TROUPE_PLUGIN(Ndjson, "org.example.sink.ndjson")
