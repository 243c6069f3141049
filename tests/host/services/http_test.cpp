#include <Poco/DeflatingStream.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <sstream>
#include <thread>

#include "http_rig.hpp"
#include "support/http_server.hpp"

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

using Response = Poco::Net::HTTPServerResponse;

void answer(Response& response, const std::string& body, int status = 200) {
  response.setStatus(static_cast<Response::HTTPStatus>(status));
  response.setContentLength64(static_cast<Poco::Int64>(body.size()));
  response.send() << body;
}

HttpServer echo() {
  return HttpServer([](const Received& got, Response& response) { answer(response, got.body); });
}

std::string gzip(const std::string& text) {
  std::ostringstream out;
  Poco::DeflatingOutputStream deflater(out, Poco::DeflatingStreamBuf::STREAM_GZIP);
  deflater << text;
  deflater.close();
  return out.str();
}

}  // namespace

TEST_CASE("a request arrives as it was written, and its answer comes back in parts", "[http]") {
  HttpServer server([](const Received& got, Response& response) {
    response.set("X-Twice", "a");
    response.add("X-Twice", "b");
    response.set("X-Latin", "caf\xe9");
    answer(response, "got " + got.body, 201);
  });
  HttpRig rig;
  const auto answered =
      rig.request(R"({"method":"PUT","url":")" + server.url("/a?b=c") +
                  R"(","headers":{"X-One":"1","X-Empty":"","Content-Type":"application/json"},"body":"{\"k\":1}"})");
  CHECK(answered.code == TROUPE_OK);
  CHECK(answered.status == 201);
  CHECK(answered.body == R"(got {"k":1})");
  CHECK_FALSE(answered.failure);
  CHECK_THAT(answered.head, Catch::Contains(R"("x-twice":"a, b")") && Catch::Contains("\"x-latin\":\"caf\xc3\xa9\""));
  const auto got = server.received().at(0);
  CHECK(got.method == "PUT");
  CHECK(got.path == "/a?b=c");
  CHECK(got.body == R"({"k":1})");
  CHECK(got.headers.at("x-one") == "1");
  CHECK(got.headers.at("x-empty").empty());
  CHECK(got.headers.at("content-type") == "application/json");
  CHECK_THAT(got.headers.at("user-agent"), Catch::StartsWith("troupe/"));
  CHECK(got.headers.count("expect") == 0);
}

TEST_CASE("methods with and without a body", "[http]") {
  HttpServer server([](const Received& got, Response& response) {
    answer(response, got.method == "HEAD" ? "" : got.method + ":" + got.body);
  });
  HttpRig rig;
  const auto row = GENERATE(values<std::pair<std::string, std::string>>(
      {{R"("method":"GET")", "GET:"},
       {R"("method":"POST")", "POST:"},
       {R"("method":"POST","body":"")", "POST:"},
       {R"("method":"DELETE")", "DELETE:"},
       {R"("method":"PATCH","body":"x")", "PATCH:x"},
       {R"("method":"HEAD")", ""},
       {R"("method":"POST","body_base64":"AAEC/w==")", std::string("POST:\0\1\2\xff", 9)}}));
  const auto answered = rig.request("{" + row.first + R"(,"url":")" + server.url() + "\"}");
  CHECK(answered.code == TROUPE_OK);
  CHECK(answered.status == 200);
  CHECK(answered.body == row.second);
}

TEST_CASE("any status is an answer, and a redirect is not followed", "[http]") {
  HttpServer server([](const Received& got, Response& response) {
    if (got.path == "/there") return answer(response, "there");
    const int status = std::stoi(got.path.substr(1));
    if (status / 100 == 3) response.set("Location", "/there");
    answer(response, "x", status);
  });
  HttpRig rig;
  for (const int status : {200, 301, 302, 307, 400, 401, 404, 429, 500, 503}) {
    const auto answered = rig.request(get(server.url("/" + std::to_string(status))));
    CHECK(answered.code == TROUPE_OK);
    CHECK(answered.status == status);
    CHECK(answered.body == "x");
  }
  CHECK(server.received().size() == 10);
}

TEST_CASE("a big body is read as slowly as its reader is", "[http]") {
  constexpr std::size_t kPiece = 1 << 20;
  std::atomic<std::size_t> sent{0};
  HttpServer server([&](const Received&, Response& response) {
    response.setChunkedTransferEncoding(true);
    auto& out = response.send();
    for (int i = 0; i < 32; ++i) {
      out << std::string(kPiece, static_cast<char>('a' + i % 26)) << std::flush;
      sent += kPiece;
    }
  });
  HttpRig rig;
  const auto call = rig.call();
  std::size_t read = 0, most_ahead = 0;
  bool first = true;
  const auto answered = rig.request(get(server.url()), *call, [&](std::uint32_t part, std::string_view piece) {
    if (part != TROUPE_HTTP_BODY) return 0;
    if (std::exchange(first, false)) {
      // Nothing is read: the server comes to a stop when all buffers on the way are full.
      std::size_t before = ~std::size_t{0};
      while (before != sent) {
        before = sent;
        std::this_thread::sleep_for(100ms);
      }
      most_ahead = sent;
    }
    read += piece.size();
    return 0;
  });
  CHECK(answered.code == TROUPE_OK);
  CHECK(read == 32 * kPiece);
  CHECK(answered.body.substr(kPiece, 3) == "bbb");
  CHECK(most_ahead < 24 * kPiece);
  CHECK(answered.pieces > 1);
}

TEST_CASE("an answer above the limit is an error, not memory", "[http]") {
  HttpServer server([](const Received& got, Response& response) {
    if (got.path == "/zip") response.set("Content-Encoding", "gzip");
    answer(response, got.path == "/zip" ? gzip(std::string(3'000'000, 'x')) : std::string(2'000'000, 'x'));
  });
  services::HttpOptions options;
  options.max_body = 1'000'000;
  HttpRig rig({"127.0.0.1"}, options);
  for (const auto path : {"/", "/zip"}) {
    const auto answered = rig.request(get(server.url(path)));
    CHECK(answered.code == TROUPE_E_PERMANENT_REQUEST);
    CHECK(answered.failure.value().message == "GET 127.0.0.1: the answer is larger than 1000000 bytes");
    CHECK(answered.body.size() <= 1'000'000);
  }
}

TEST_CASE("a head above the limit is an error", "[http]") {
  RawServer server([](Poco::Net::StreamSocket& client) {
    std::string head = "HTTP/1.1 200 OK\r\n";
    for (int i = 0; i < 2000; ++i) head += "X-" + std::to_string(i) + ": " + std::string(40, 'x') + "\r\n";
    head += "\r\n";
    client.sendBytes(head.data(), static_cast<int>(head.size()));
  });
  HttpRig rig;
  const auto answered = rig.request(get(server.url()));
  CHECK(answered.code == TROUPE_E_MALFORMED);
  CHECK_THAT(answered.failure.value().message, Catch::Contains("the head of the answer is larger than 65536 bytes"));
}

TEST_CASE("a compressed answer is decoded", "[http]") {
  const std::string story(100'000, 's');
  HttpServer server([&](const Received&, Response& response) {
    response.set("Content-Encoding", "gzip");
    answer(response, gzip(story));
  });
  HttpRig rig;
  CHECK(rig.request(get(server.url())).body == story);
  CHECK_THAT(server.received().at(0).headers.at("accept-encoding"), Catch::Contains("gzip"));
}

TEST_CASE("what goes wrong on the way has a class and a sentence", "[http]") {
  struct Row {
    std::string name, bytes;
    int code;
    std::string message;
  };
  const auto row = GENERATE(values<Row>({
      {"nothing", "", TROUPE_E_TRANSIENT, "GET 127.0.0.1: Empty reply from server"},
      {"cut in the head", "HTTP/1.1 200 OK\r\nContent-Le", TROUPE_E_TRANSIENT,
       "GET 127.0.0.1: the answer was cut off in its head"},
      {"cut in the body", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", TROUPE_E_TRANSIENT,
       "GET 127.0.0.1: the answer was cut off: transfer closed with 96 bytes remaining to read"},
      {"cut in a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nhalf", TROUPE_E_TRANSIENT, ""},
      {"no HTTP", "220 mail.example.org ESMTP\r\n\r\n", TROUPE_E_MALFORMED, ""},
      {"no gzip", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nhalf", TROUPE_E_MALFORMED, ""},
  }));
  CAPTURE(row.name);
  RawServer server(
      [&](Poco::Net::StreamSocket& client) { client.sendBytes(row.bytes.data(), static_cast<int>(row.bytes.size())); });
  HttpRig rig;
  const auto answered = rig.request(get(server.url()));
  CHECK(answered.code == row.code);
  REQUIRE(answered.failure);
  CHECK(answered.failure->code == row.code);
  if (!row.message.empty()) CHECK(answered.failure->message == row.message);
  CHECK_THAT(answered.problem, Catch::Contains("GET 127.0.0.1: "));
}

TEST_CASE("a connection that is reset in the middle is transient", "[http]") {
  RawServer server([](Poco::Net::StreamSocket& client) {
    const std::string half = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf";
    client.sendBytes(half.data(), static_cast<int>(half.size()));
    client.setLinger(true, 0);  // Its close is a reset.
  });
  HttpRig rig;
  CHECK(rig.request(get(server.url())).code == TROUPE_E_TRANSIENT);
}

TEST_CASE("a connection that is refused is transient, and said at once", "[http]") {
  HttpRig rig;
  const auto began = Clock::now();
  const auto answered = rig.request(get("http://127.0.0.1:" + std::to_string(closedPort()) + "/"));
  CHECK(answered.code == TROUPE_E_TRANSIENT);
  CHECK_THAT(answered.failure.value().message, Catch::StartsWith("GET 127.0.0.1: Failed to connect"));
  CHECK(Clock::now() - began < 2s);
}

TEST_CASE("a server that takes no connection is given its own, shorter time", "[http]") {
  // Its queue is full: further attempts to connect are not answered at all.
  Poco::Net::ServerSocket listener;
  listener.bind(Poco::Net::SocketAddress("127.0.0.1", 0));
  listener.listen(0);
  std::vector<Poco::Net::StreamSocket> queued(4);
  for (auto& socket : queued) socket.connectNB(listener.address());
  services::HttpOptions options;
  options.connect_timeout = 200ms;
  HttpRig rig({"127.0.0.1"}, options);
  const auto answered = rig.request(get("http://127.0.0.1:" + std::to_string(listener.address().port()) + "/"));
  CHECK(answered.code == TROUPE_E_TRANSIENT);
  CHECK(answered.failure.value().message == "GET 127.0.0.1: no connection within 200 ms");
}

TEST_CASE("a slow server is given the time of the request", "[http]") {
  std::atomic<HttpServer*> self{nullptr};
  HttpServer server([&](const Received& got, Response& response) {
    if (got.path == "/half") {
      response.setContentLength(100);
      response.send() << "half" << std::flush;
    }
    self.load()->hold();
  });
  self = &server;
  HttpRig rig;
  const auto began = Clock::now();
  const auto none = rig.request(get(server.url(), R"("timeout_ms":200)"));
  CHECK(none.code == TROUPE_E_TRANSIENT);
  CHECK(none.failure.value().message == "GET 127.0.0.1: no answer within 200 ms");
  const auto half = rig.request(get(server.url("/half"), R"("timeout_ms":200)"));
  CHECK(half.failure.value().message == "GET 127.0.0.1: the answer was not complete within 200 ms");
  CHECK(half.body == "half");
  CHECK(Clock::now() - began < 3s);
}

TEST_CASE("a cancel ends a request that waits, within 100 ms, and leaves the plugin's own on_cancel alone", "[http]") {
  std::atomic<HttpServer*> self{nullptr};
  HttpServer server([&](const Received&, Response&) { self.load()->hold(); });
  self = &server;
  HttpRig rig;
  const auto call = rig.call();
  std::atomic<int> told{0};
  call->table()->on_cancel(
      call->table()->ctx, [](void* arg) { ++*static_cast<std::atomic<int>*>(arg); }, &told);
  auto answered = std::async(std::launch::async, [&] { return rig.request(get(server.url()), *call); });
  server.waitFor(1);
  const auto began = Clock::now();
  call->cancel({TROUPE_E_CANCELLED, "enough", -1});
  const auto result = answered.get();
  CHECK(Clock::now() - began < 100ms);
  CHECK(result.code == TROUPE_E_CANCELLED);
  CHECK(result.failure.value().message == "enough");
  CHECK(told == 1);
}

TEST_CASE("a call that has been cancelled before sends nothing more", "[http]") {
  auto server = echo();
  HttpRig rig;
  const auto call = rig.call();
  call->cancel({TROUPE_E_CANCELLED, "enough", -1});
  CHECK(rig.request(get(server.url()), *call).code == TROUPE_E_CANCELLED);
}

TEST_CASE("a reader that says no ends the request with its own code", "[http]") {
  HttpServer server([](const Received&, Response& response) { answer(response, std::string(1 << 20, 'x')); });
  HttpRig rig;
  const auto call = rig.call();
  int parts = 0;
  const auto answered =
      rig.request(get(server.url()), *call, [&](std::uint32_t, std::string_view) { return ++parts == 2 ? 77 : 0; });
  CHECK(answered.code == 77);
  CHECK(parts == 2);
  CHECK(rig.request(get(server.url())).body.size() == 1 << 20);
}

TEST_CASE("the usual proxy variables count", "[http]") {
  HttpServer proxy([](const Received& got, Response& response) { answer(response, "by proxy: " + got.path); });
  ::setenv("http_proxy", proxy.url().c_str(), 1);
  HttpRig rig({"api.example.org"});
  const auto answered = rig.request(get("http://api.example.org/v1"));
  ::unsetenv("http_proxy");
  CHECK(answered.body == "by proxy: http://api.example.org/v1");
}

TEST_CASE("a hundred requests at once share connections", "[http]") {
  auto server = echo();
  services::HttpOptions options;
  options.connections_per_host = 8;
  HttpRig rig({"127.0.0.1"}, options);
  std::vector<std::future<std::string>> all;
  for (int i = 0; i < 100; ++i)
    all.push_back(std::async(std::launch::async, [&rig, &server, i] {
      return rig.request(R"({"method":"POST","url":")" + server.url() + R"(","body":")" + std::to_string(i) + "\"}")
          .body;
    }));
  for (int i = 0; i < 100; ++i) CHECK(all[static_cast<std::size_t>(i)].get() == std::to_string(i));
  CHECK(server.connections() <= 8);
}

TEST_CASE("what is under way when the service ends comes back as cancelled", "[http]") {
  std::atomic<HttpServer*> self{nullptr};
  HttpServer server([&](const Received&, Response&) { self.load()->hold(); });
  self = &server;
  auto loop = std::make_unique<services::HttpLoop>(services::HttpOptions{});
  services::HttpOutgoing request;
  request.method = "GET";
  request.url = server.url();
  const auto pipe = loop->start(request);
  server.waitFor(1);
  loop.reset();
  try {
    pipe->next();
    FAIL("it has an answer");
  } catch (const services::HttpFailure& e) {
    CHECK(e.code() == TROUPE_E_CANCELLED);
  }
}

TEST_CASE("without a network every request is refused", "[http]") {
  HttpRig rig;
  rig.network().http = nullptr;
  const auto answered = rig.request(get("http://127.0.0.1/"));
  CHECK(answered.code == TROUPE_E_UNSUPPORTED);
  CHECK(answered.failure.value().message == "there is no network here");
}
