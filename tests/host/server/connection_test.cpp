#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/StreamCopier.h>
#include <rapidjson/document.h>

#include <catch2/catch.hpp>

#include "support/test_server.hpp"

using namespace troupe;
using namespace troupe::server;
using test::RawClient;
using test::TestServer;

namespace {

void addEcho(Router& router) {
  router.add({"POST", "/echo", Right::watch, [](Exchange& x) { x.send(200, "text/plain", x.body()); }, false});
  router.add({"POST", "/ignore", Right::watch, [](Exchange& x) { x.json(200, "{}"); }, false});
  router.add({"GET", "/hello", Right::watch,
              [](Exchange& x) { x.json(200, R"({"name":")" + x.query("name").value_or("-") + "\"}"); }, false});
  router.add(
      {"GET", "/page", Right::watch, [](Exchange& x) { x.send(200, "text/html; charset=utf-8", "<p>"); }, false});
  router.add({"GET", "/none", Right::watch, [](Exchange& x) { x.empty(204); }, false});
  router.add({"GET", "/count", Right::watch,
              [](Exchange& x) { x.json(200, std::to_string(x.queryInteger("n", 7, 1, 100))); }, false});
  router.add({"GET", "/stream", Right::watch,
              [](Exchange& x) {
                auto& out = x.stream(200, "text/plain");
                for (int i = 0; i < 10000; ++i) out << i << '\n';
              },
              false});
  router.add({"GET", "/cut", Right::watch,
              [](Exchange& x) {
                x.stream(200, "text/plain") << "begun" << std::flush;
                throw std::runtime_error("in the middle");
              },
              false});
  router.add({"GET", "/big", Right::watch, [](Exchange& x) { x.send(200, "text/plain", std::string(3'000'000, 'x')); },
              false});
  router.add({"GET", "/fails/{how}", Right::watch,
              [](Exchange& x) {
                const auto how = x.param("how");
                if (how == "problems")
                  throw Problems(
                      ExitCode::invalid_pipeline, "p.json",
                      {{"/nodes/a~1b", 3, 5, "unknown type", "did you mean \"x\"?"}, {"", 0, 0, "no provider", ""}});
                if (how == "usage") throw Failure(ExitCode::usage, "the run is over");
                if (how == "journal") throw Failure(ExitCode::journal, "secret path /x/y");
                if (how == "http") throw HttpError(418, "short and stout", {}, {{"X-Tea", "yes"}});
                if (how == "poco") throw Poco::NotFoundException("secret");
                throw std::runtime_error("secret inner detail");
              },
              false});
  router.add({"GET", "/silent", Right::watch, [](Exchange&) {}, false});
  router.add({"GET", "/detach", Right::watch,
              [](Exchange& x) {
                auto socket = x.detach();
                const std::string bytes = "HTTP/1.1 200 OK\r\n\r\nfreely";
                socket.sendBytes(bytes.data(), static_cast<int>(bytes.size()));
              },
              false});
  router.add({"GET", "/inject", Right::watch,
              [](Exchange& x) {
                x.empty(204, {{"X-Name", "a\r\nSet-Cookie: b=c"}});
              },
              false});
}

rapidjson::Document parsed(const std::string& text) {
  rapidjson::Document document;
  document.Parse(text.data(), text.size());
  REQUIRE_FALSE(document.HasParseError());
  return document;
}

}  // namespace

TEST_CASE("a request is answered, and the connection takes the next one", "[server]") {
  const TestServer server(addEcho);
  auto client = server.connect();
  for (int i = 0; i < 3; ++i) {
    const auto answer = client.ask(server.request("GET", "/hello?name=wren"));
    CHECK(answer.status == 200);
    CHECK(answer.body == R"({"name":"wren"})");
    CHECK(answer.header("content-type") == "application/json");
    CHECK(answer.header("connection") == "keep-alive");
    CHECK_FALSE(answer.header("date").empty());
    CHECK(client.ask(server.request("POST", "/echo", "", "[1]")).body == "[1]");
  }
}

TEST_CASE("Poco's client is answered too", "[server]") {
  const TestServer server(addEcho);
  Poco::Net::HTTPClientSession session("127.0.0.1", server.port());
  session.setKeepAlive(true);
  for (const std::string body : {"{}", "", "[1,2,3]"}) {
    Poco::Net::HTTPRequest request("POST", "/echo", "HTTP/1.1");
    request.setContentType("application/json");
    request.setContentLength(static_cast<std::streamsize>(body.size()));
    session.sendRequest(request) << body;
    Poco::Net::HTTPResponse response;
    std::string answer;
    Poco::StreamCopier::copyToString(session.receiveResponse(response), answer);
    CHECK(response.getStatus() == 200);
    CHECK(answer == body);
  }
  Poco::Net::HTTPRequest request("POST", "/echo", "HTTP/1.1");
  request.setContentType("application/json");
  request.setChunkedTransferEncoding(true);
  auto& out = session.sendRequest(request);
  for (int i = 0; i < 1000; ++i) out << "piece " << i << '\n';
  Poco::Net::HTTPResponse response;
  std::string answer;
  Poco::StreamCopier::copyToString(session.receiveResponse(response), answer);
  CHECK(response.getStatus() == 200);
  CHECK_THAT(answer, Catch::StartsWith("piece 0\n") && Catch::EndsWith("piece 999\n"));
}

TEST_CASE("requests that come in one piece, or byte by byte, are answered in order", "[server]") {
  const TestServer server(addEcho);
  std::string requests;
  for (int i = 0; i < 20; ++i) {
    requests += server.request("GET", "/hello?name=" + std::to_string(i));
    requests += server.request("POST", "/echo", "", "body " + std::to_string(i));
    requests += "POST /echo HTTP/1.1\r\nHost: " + server.host() +
                "\r\nContent-Type: application/json\r\nTransfer-Encoding: "
                "chunked\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nTrailer: t\r\n\r\n";
    requests += server.request("POST", "/ignore", "", "not read by the handler");
    requests += server.request("HEAD", "/hello");
  }
  const bool pieces = GENERATE(false, true);
  auto client = server.connect();
  if (pieces)
    for (const char c : requests.substr(0, requests.size() / 5)) REQUIRE(client.send({&c, 1}));
  REQUIRE(client.send(pieces ? requests.substr(requests.size() / 5) : requests));
  for (int i = 0; i < 20; ++i) {
    CHECK(client.read().body == R"({"name":")" + std::to_string(i) + "\"}");
    CHECK(client.read().body == "body " + std::to_string(i));
    CHECK(client.read().body == "abcde");
    CHECK(client.read().body == "{}");
    const auto head = client.read(true);
    CHECK(head.status == 200);
    CHECK(head.header("content-length") == "12");
  }
}

TEST_CASE("HEAD, 204 and HTTP/1.0 are answered as the standard wants", "[server]") {
  const TestServer server(addEcho);
  auto client = server.connect();
  const auto none = client.ask(server.request("GET", "/none"));
  CHECK(none.status == 204);
  CHECK(none.header("content-length").empty());
  const auto head = client.ask(server.request("HEAD", "/stream"));
  CHECK(head.status == 200);
  CHECK(head.header("transfer-encoding") == "chunked");
  CHECK(client.ask(server.request("GET", "/hello")).status == 200);  // Nothing of a body was sent before it.

  auto old = server.connect();
  old.send("GET /stream HTTP/1.0\r\nHost: " + server.host() + "\r\n\r\n");
  const auto text = old.rest();
  CHECK_THAT(text, Catch::Contains("Connection: close") && !Catch::Contains("chunked") && Catch::EndsWith("\n9999\n"));
  auto kept = server.connect();
  CHECK(kept.ask("GET /hello HTTP/1.0\r\nHost: " + server.host() + "\r\nConnection: keep-alive\r\n\r\n").status == 200);
  CHECK(kept.ask("GET /hello HTTP/1.0\r\nHost: " + server.host() + "\r\n\r\n").status == 200);
  CHECK(kept.ended());
}

TEST_CASE("what is streamed comes in chunks, and a handler that fails cuts it", "[server]") {
  const TestServer server(addEcho);
  auto client = server.connect();
  const auto answer = client.ask(server.request("GET", "/stream"));
  CHECK(answer.complete);
  CHECK_THAT(answer.body, Catch::StartsWith("0\n1\n") && Catch::EndsWith("9998\n9999\n"));
  CHECK(client.ask(server.request("GET", "/hello")).status == 200);
  CHECK(client.ask(server.request("GET", "/big")).body.size() == 3'000'000);

  const auto cut = server.get("/cut");
  CHECK(cut.status == 200);
  CHECK(cut.body == "begun");
  CHECK_FALSE(cut.complete);
}

TEST_CASE("a socket that was taken is nobody else's", "[server]") {
  const TestServer server(addEcho);
  auto client = server.connect();
  client.send(server.request("GET", "/detach"));
  CHECK(client.rest() == "HTTP/1.1 200 OK\r\n\r\nfreely");
}

TEST_CASE("a failure is a problem (RFC 9457), without what is nobody's business", "[server]") {
  TestServer server(addEcho);
  const auto problem = [&](const std::string& how, int status) {
    const auto answer = server.get("/fails/" + how);
    CHECK(answer.status == status);
    CHECK(answer.header("content-type") == "application/problem+json");
    auto document = parsed(answer.body);
    CHECK(document["status"].GetInt() == status);
    CHECK(std::string(document["type"].GetString()) == "about:blank");
    CHECK(document["instance"].GetString() == "/fails/" + how);
    return document;
  };
  const auto problems = problem("problems", 422);
  CHECK(std::string(problems["title"].GetString()) == "Unprocessable Content");
  CHECK(std::string(problems["detail"].GetString()) == "there are 2 mistakes");
  REQUIRE(problems["errors"].Size() == 2);
  CHECK(std::string(problems["errors"][0]["pointer"].GetString()) == "/nodes/a~1b");
  CHECK(problems["errors"][0]["line"].GetInt() == 3);
  CHECK(problems["errors"][0]["column"].GetInt() == 5);
  CHECK(std::string(problems["errors"][0]["detail"].GetString()) == "unknown type");
  CHECK(std::string(problems["errors"][0]["repair"].GetString()) == "did you mean \"x\"?");
  CHECK(std::string(problems["errors"][1]["pointer"].GetString()) == "");
  CHECK_FALSE(problems["errors"][1].HasMember("line"));
  CHECK(std::string(problem("usage", 409)["detail"].GetString()) == "the run is over");
  CHECK(std::string(problem("http", 418)["detail"].GetString()) == "short and stout");
  CHECK(server.get("/fails/http").header("x-tea") == "yes");
  for (const std::string how : {"journal", "poco", "other"})
    CHECK_THAT(problem(how, 500)["detail"].GetString(), !Catch::Contains("secret"));
  CHECK(server.get("/silent").status == 500);
  server.http.stop(std::chrono::seconds(5));
  CHECK_THAT(server.logged(), Catch::Contains("secret inner detail") && Catch::Contains("secret path /x/y") &&
                                  Catch::Contains("gave no answer"));
}

TEST_CASE("paths and methods that are not there are 404 and 405", "[server]") {
  const TestServer server(addEcho);
  CHECK(server.get("/nothing").status == 404);
  CHECK(server.get("/..%2fetc").status == 400);
  CHECK(server.get("/../etc/passwd").status == 400);
  const auto wrong = server.ask("DELETE", "/hello");
  CHECK(wrong.status == 405);
  CHECK(wrong.header("allow") == "GET, HEAD, OPTIONS");
  CHECK(server.ask("BREW", "/echo").header("allow") == "POST, OPTIONS");
  const auto options = server.ask("OPTIONS", "/hello");
  CHECK(options.status == 204);
  CHECK(options.header("allow") == "GET, HEAD, OPTIONS");
  CHECK(server.ask("OPTIONS", "/nothing").status == 404);
  CHECK(server.ask("OPTIONS", "*").status == 204);
}

TEST_CASE("a number in the query is within its bounds, or 400 says which", "[server]") {
  const TestServer server(addEcho);
  CHECK(server.get("/count").body == "7");
  CHECK(server.get("/count?n=100").body == "100");
  for (const std::string bad : {"", "0", "101", "x", "1x", "+1", "1.5", "99999999999999999999"}) {
    CAPTURE(bad);
    const auto answer = server.get("/count?n=" + bad);
    CHECK(answer.status == 400);
    CHECK_THAT(answer.body, Catch::Contains("the parameter \\\"n\\\" is an integer from 1 to 100"));
  }
}

TEST_CASE("a header that a handler sets never begins a second one", "[server]") {
  const auto answer = TestServer(addEcho).get("/inject");
  CHECK(answer.header("x-name") == "aSet-Cookie: b=c");
  CHECK(answer.header("set-cookie").empty());
}

TEST_CASE("a head that is no HTTP, or could be read in two ways, is refused and the connection ends", "[server]") {
  const TestServer server(addEcho);
  const std::string host = "Host: " + server.host() + "\r\n";
  const auto [status, text] = GENERATE_COPY(table<int, std::string>({
      {400, "\x16\x03\x01\x02 garbage\r\n\r\n"},
      {400, "GET\r\n\r\n"},
      {400, "GET /hello\r\n\r\n"},
      {400, "GET  HTTP/1.1\r\n" + host + "\r\n"},
      {400, "GET /a b HTTP/1.1\r\n" + host + "\r\n"},
      {400, "GET /hello HTTP/2\r\n" + host + "\r\n"},
      {505, "GET /hello HTTP/2.0\r\n" + host + "\r\n"},
      {505, "GET /hello HTTP/1.2\r\n" + host + "\r\n"},
      {400, "GET /hello HTTX/1.1\r\n" + host + "\r\n"},
      {400, "G(T /hello HTTP/1.1\r\n" + host + "\r\n"},
      {400, "GET /hello HTTP/1.1\r\n\r\n"},
      {400, "GET /hello HTTP/1.1\r\n" + host + host + "\r\n"},
      {400, "GET /hello HTTP/1.1\r\n" + host + "no colon\r\n\r\n"},
      {400, "GET /hello HTTP/1.1\r\n" + host + "A: b\r\n folded\r\n\r\n"},
      {400, "GET /hello HTTP/1.1\r\n" + host + "A : b\r\n\r\n"},
      {400, "GET /hello HTTP/1.1\r\n" + host + "A: b\rc\r\n\r\n"},
      {400, std::string("GET /hello HTTP/1.1\r\n") + host + std::string("A: b\0c\r\n\r\n", 10)},
      {400, "GET hello HTTP/1.1\r\n" + host + "\r\n"},
      {400, "CONNECT example.org:443 HTTP/1.1\r\n" + host + "\r\n"},
      {400, "POST /echo HTTP/1.1\r\n" + host + "Content-Length: 1\r\nContent-Length: 1\r\n\r\nx"},
      {400, "POST /echo HTTP/1.1\r\n" + host + "Content-Length: 1, 1\r\n\r\nx"},
      {400, "POST /echo HTTP/1.1\r\n" + host + "Content-Length: -1\r\n\r\nx"},
      {400, "POST /echo HTTP/1.1\r\n" + host + "Content-Length: +1\r\n\r\nx"},
      {400, "POST /echo HTTP/1.1\r\n" + host + "Content-Length: 0x1\r\n\r\nx"},
      {400, "POST /echo HTTP/1.1\r\n" + host + "Content-Length:\r\n\r\nx"},
      {400, "POST /echo HTTP/1.1\r\n" + host + "Content-Length: 99999999999999999999\r\n\r\nx"},
      {400, "POST /echo HTTP/1.1\r\n" + host + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
      {501, "POST /echo HTTP/1.1\r\n" + host + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"},
      {501,
       "POST /echo HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
      {501, "POST /echo HTTP/1.1\r\n" + host + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"},
      {400, "POST /echo HTTP/1.0\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
      {417, "POST /echo HTTP/1.1\r\n" + host + "Expect: a miracle\r\nContent-Length: 1\r\n\r\nx"},
  }));
  CAPTURE(text);
  auto client = server.connect();
  const auto answer = client.ask(text);
  CHECK(answer.status == status);
  CHECK(answer.header("content-type") == "application/problem+json");
  CHECK(answer.header("connection") == "close");
  CHECK(answer.header("x-content-type-options") == "nosniff");
  CHECK(client.ended());
  CHECK(server.get("/hello").status == 200);
}

TEST_CASE("lines may end with LF alone, and empty lines before a request are passed over", "[server]") {
  const TestServer server(addEcho);
  auto client = server.connect();
  CHECK(client.ask("\r\n\r\nGET /hello HTTP/1.1\nHost: " + server.host() + "\n\n").status == 200);
  CHECK(client.ask("GET http://" + server.host() + "/hello HTTP/1.1\r\nHost: wrong.example\r\n\r\n").status ==
        200);  // The address counts.
}
