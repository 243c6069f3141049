#include <catch2/catch.hpp>
#include <troupe/http.hpp>

#include <future>
#include <string>
#include <vector>

#include "http_rig.hpp"
#include "services/http/framing.hpp"
#include "support/http_server.hpp"

using namespace troupe;
using namespace troupe::test;
using services::framingFor;
using services::HttpHead;
using services::HttpMode;

namespace {

using Response = Poco::Net::HTTPServerResponse;
using Parts = std::vector<std::pair<std::uint32_t, std::string>>;

HttpHead head(int status, const std::string& type) { return {status, {{"content-type", type}}}; }

// The parts of a body that comes in pieces of `size` bytes.
Parts framed(HttpMode mode, const HttpHead& head, const std::string& body, std::size_t size) {
  Parts parts;
  const auto keep = [&](std::uint32_t part, std::string_view bytes) {
    parts.emplace_back(part, bytes);
    return 0;
  };
  const auto framing = framingFor(mode, head);
  for (std::size_t at = 0; at < body.size(); at += size)
    CHECK(framing->take(std::string_view(body).substr(at, size), keep) == 0);
  CHECK(framing->end(keep) == 0);
  return parts;
}

Parts lines(const std::vector<std::string>& texts) {
  Parts parts;
  for (const auto& text : texts) parts.emplace_back(TROUPE_HTTP_LINE, text);
  return parts;
}

const auto kStream = head(200, "text/event-stream; charset=utf-8");

// Answers with a body in chunks, each sent by itself.
HttpServer pieces(const std::string& type, const std::vector<std::string>& chunks, int status = 200) {
  return HttpServer([=](const Received&, Response& response) {
    response.setStatus(static_cast<Response::HTTPStatus>(status));
    response.setContentType(type);
    response.setChunkedTransferEncoding(true);
    auto& out = response.send();
    for (const auto& chunk : chunks) out << chunk << std::flush;
  });
}

}  // namespace

TEST_CASE("lines are the same however their bytes are cut", "[http]") {
  const std::string body = "{\"a\":1}\n\r\n\xc3\xa9\xf0\x9f\x98\x80\r\n\r\r\n  \nlast";
  const auto expected = lines({"{\"a\":1}", "", "\xc3\xa9\xf0\x9f\x98\x80", "\r", "  ", "last"});
  for (std::size_t size = 1; size <= body.size(); ++size)
    CHECK(framed(HttpMode::lines, head(200, "application/x-ndjson"), body, size) == expected);
  CHECK(framed(HttpMode::lines, head(200, ""), "", 1).empty());
  CHECK(framed(HttpMode::lines, head(200, ""), "\n", 1) == lines({""}));
  CHECK(framed(HttpMode::lines, head(200, ""), "one\n", 9) == lines({"one"}));
}

TEST_CASE("events are the same however their bytes are cut", "[http]") {
  const std::string body =
      "\xEF\xBB\xBF: hello\r\ndata: \xc3\xa9\xf0\x9f\x98\x80\r\rdata: a\ndata: b\n\nevent: ping\r\ndata: {}\r\n\r\n"
      "event: nothing\n\ndata\n\ndata: never ended";
  const Parts expected{{TROUPE_HTTP_EVENT, "message\n\xc3\xa9\xf0\x9f\x98\x80"},
                       {TROUPE_HTTP_EVENT, "message\na\nb"},
                       {TROUPE_HTTP_EVENT, "ping\n{}"},
                       {TROUPE_HTTP_EVENT, "message\n"}};
  for (std::size_t size = 1; size <= body.size(); ++size) CHECK(framed(HttpMode::sse, kStream, body, size) == expected);
}

TEST_CASE("what is not of the kind that was asked for comes as a body", "[http]") {
  const Parts whole{{TROUPE_HTTP_BODY, "data: x\n\n"}};
  for (const auto mode : {HttpMode::body, HttpMode::lines, HttpMode::sse})
    for (const int status : {302, 400, 429, 500})
      CHECK(framed(mode, head(status, "text/event-stream"), whole[0].second, 99) == whole);
  for (const auto* type : {"", "application/json", "text/event-streams", "text/html; text/event-stream"})
    CHECK(framed(HttpMode::sse, head(200, type), whole[0].second, 99) == whole);
  CHECK(framed(HttpMode::sse, {200, {}}, whole[0].second, 99) == whole);
  for (const auto* type : {"text/event-stream", "Text/Event-Stream ;charset=utf-8"})
    CHECK(framed(HttpMode::sse, head(200, type), "data: x\n\n", 99) == Parts{{TROUPE_HTTP_EVENT, "message\nx"}});
  CHECK(framed(HttpMode::body, head(200, "text/event-stream"), whole[0].second, 99) == whole);
}

TEST_CASE("an endless line or event is refused, and what the reader answers ends it", "[http]") {
  const std::string much(1u << 20, 'x');
  const auto mode = GENERATE(HttpMode::lines, HttpMode::sse);
  const auto endless = framingFor(mode, kStream);
  const auto ignore = [](std::uint32_t, std::string_view) { return 0; };
  CHECK_THROWS_AS(
      [&] {
        for (int i = 0; i < 20; ++i) endless->take(much, ignore);
      }(),
      services::HttpFailure);
  const auto framing = framingFor(mode, kStream);
  int given = 0;
  CHECK(framing->take("data: a\n\ndata: b\n\n",
                      [&](std::uint32_t, std::string_view) { return ++given == 1 ? 7 : 0; }) == 7);
  CHECK(given == 1);
}

TEST_CASE("a plugin reads lines and events as they come, and the body of an error", "[http]") {
  HttpRig rig;
  const auto part = [&](const std::string& url, const std::string& mode) {
    Parts parts;
    const auto answered = rig.request(get(url, "\"mode\":\"" + mode + "\""), *rig.call(),
                                      [&](std::uint32_t what, std::string_view bytes) {
                                        if (what != TROUPE_HTTP_HEAD) parts.emplace_back(what, bytes);
                                        return 0;
                                      });
    CHECK(answered.code == TROUPE_OK);
    return parts;
  };
  const auto ndjson = pieces("application/x-ndjson", {"{\"n\":", "1}\n{\"n\":2}\n{", "\"done\":true}"});
  CHECK(part(ndjson.url(), "lines") == lines({"{\"n\":1}", "{\"n\":2}", "{\"done\":true}"}));
  const auto stream = pieces("text/event-stream", {"data: {\"n\":1}\n", "\ndata: [DO", "NE]\n\n"});
  CHECK(part(stream.url(), "sse") ==
        Parts{{TROUPE_HTTP_EVENT, "message\n{\"n\":1}"}, {TROUPE_HTTP_EVENT, "message\n[DONE]"}});
  const auto error = pieces("application/json", {"{\"error\":{}}"}, 429);
  CHECK(part(error.url(), "sse") == Parts{{TROUPE_HTTP_BODY, "{\"error\":{}}"}});
}

TEST_CASE("the sugar gives lines and events, and collects what is neither", "[http]") {
  HttpRig rig;
  const services::HostTable table([](int, std::string_view) {}, {nullptr, rig.network()});
  const Http http{Host(table.table())};
  const auto raw = rig.call();
  Call call(raw->table(), table.table());
  std::vector<std::string> seen;
  const auto on_event = [&](const HttpResponse& head, std::string_view name, std::string_view data) {
    seen.push_back(std::to_string(head.status) + " " + std::string(name) + ": " + std::string(data));
  };
  const auto on_line = [&](const HttpResponse&, std::string_view line) { seen.emplace_back(line); };
  HttpRequest request;
  const auto stream = pieces("text/event-stream", {"data: a\n\nevent: ping\ndata: b\ndata: c\n\n"});
  request.url = stream.url();
  CHECK(http.events(call, request, on_event).body.empty());
  CHECK(seen == std::vector<std::string>{"200 message: a", "200 ping: b\nc"});
  seen.clear();
  CHECK(http.lines(call, request, on_line).body.empty());
  CHECK(seen == std::vector<std::string>{"data: a", "", "event: ping", "data: b", "data: c", ""});
  seen.clear();
  const auto error = pieces("application/json", {"{\"error\":", "7}"}, 503);
  request.url = error.url();
  const auto refused = http.events(call, request, on_event);
  CHECK(refused.status == 503);
  CHECK(refused.body == "{\"error\":7}");
  CHECK(http.lines(call, request, on_line).body == "{\"error\":7}");
  CHECK(seen.empty());
  request.url = stream.url();
  CHECK_THROWS_AS(http.events(call, request,
                              [](const HttpResponse&, std::string_view, std::string_view) {
                                throw Error(TROUPE_E_MALFORMED, "not that");
                              }),
                  Error);
}

TEST_CASE("an event comes while the server goes on writing", "[http]") {
  std::promise<void> read;
  HttpServer server([&](const Received&, Response& response) {
    response.setContentType("text/event-stream");
    response.setChunkedTransferEncoding(true);
    auto& out = response.send();
    out << "data: first\n\n" << std::flush;
    CHECK(read.get_future().wait_for(std::chrono::seconds(20)) == std::future_status::ready);
    out << "data: second\n\n" << std::flush;
  });
  HttpRig rig;
  Parts parts;
  rig.request(get(server.url(), R"("mode":"sse")"), *rig.call(), [&](std::uint32_t what, std::string_view bytes) {
    if (what != TROUPE_HTTP_EVENT) return 0;
    parts.emplace_back(what, bytes);
    if (parts.size() == 1) read.set_value();
    return 0;
  });
  CHECK(parts == Parts{{TROUPE_HTTP_EVENT, "message\nfirst"}, {TROUPE_HTTP_EVENT, "message\nsecond"}});
}

TEST_CASE("a secret that the server sends back is cut out of lines and events too", "[http]") {
  HttpServer server([](const Received& got, Response& response) {
    response.setContentType("text/event-stream");
    response.setChunkedTransferEncoding(true);
    auto& out = response.send();
    out << "data: your key is " << std::flush;
    for (const char c : got.headers.at("authorization")) out << c << std::flush;
    out << "\n\n";
  });
  HttpRig rig;
  rig.secrets(std::make_shared<Secrets>(Secrets{{"KEY", {"sk-12345678", {"127.0.0.1"}}}}));
  std::string seen;
  rig.request(get(server.url(), R"("mode":"sse","headers":{"Authorization":"${secret:KEY}"})"), *rig.call(),
              [&](std::uint32_t what, std::string_view bytes) {
                if (what == TROUPE_HTTP_EVENT) seen += bytes;
                return 0;
              });
  CHECK_THAT(seen, Catch::StartsWith("message\nyour key is ") && !Catch::Contains("sk-1234"));
}

TEST_CASE("a server that falls silent is given up, before its head and in the middle of its answer", "[http]") {
  std::promise<void> over;
  const auto wait = over.get_future().share();
  HttpServer server([wait](const Received& got, Response& response) {
    if (got.path == "/stall") {
      response.setChunkedTransferEncoding(true);
      response.send() << "half" << std::flush;
    }
    wait.wait();
    if (got.path != "/stall") response.send();
  });
  HttpRig rig;
  const auto silent = rig.request(get(server.url("/"), R"("first_byte_ms":50)"));
  CHECK(silent.code == TROUPE_E_TRANSIENT);
  CHECK_THAT(silent.problem, Catch::Contains("nothing has come for 50 ms") && Catch::Contains("GET 127.0.0.1"));
  const auto stalled = rig.request(get(server.url("/stall"), R"("first_byte_ms":20000,"idle_ms":50)"));
  CHECK(stalled.code == TROUPE_E_TRANSIENT);
  CHECK(stalled.body == "half");
  CHECK_THAT(stalled.problem, Catch::Contains("nothing has come for 50 ms"));
  over.set_value();
  const auto patient = rig.request(get(server.url("/"), R"("first_byte_ms":20000,"idle_ms":20000)"));
  CHECK(patient.code == TROUPE_OK);
  for (const auto* wrong : {R"("idle_ms":0)", R"("first_byte_ms":"1")", R"("idle_ms":-5)"})
    CHECK(rig.request(get(server.url("/"), wrong)).code == TROUPE_E_PERMANENT_REQUEST);
}
