#include <catch2/catch.hpp>
#include <chrono>
#include <condition_variable>
#include <fstream>
#include <future>
#include <iostream>
#include <random>
#include <thread>

#include "support/test_server.hpp"

using namespace troupe;
using namespace troupe::server;
using namespace std::chrono_literals;
using test::RawClient;
using test::TestServer;

namespace {

using Clock = std::chrono::steady_clock;

void addEcho(Router& router) {
  router.add({"GET", "/hello", Right::watch, [](Exchange& x) { x.json(200, "{}"); }, false});
  router.add({"GET", "/big", Right::watch, [](Exchange& x) { x.send(200, "text/plain", std::string(64u << 20, 'x')); },
              false});
  router.add({"POST", "/echo", Right::watch, [](Exchange& x) { x.send(200, "text/plain", x.body()); }, false});
}

HttpServer::Tuning quick() {
  HttpServer::Tuning tuning;
  tuning.wire.emplace();
  tuning.wire->head = 500ms;
  tuning.wire->body = 500ms;
  tuning.wire->stall = 300ms;
  tuning.wire->linger = 200ms;
  tuning.wire->body_bytes = 100'000;
  return tuning;
}

std::size_t residentBytes() {
  std::ifstream in("/proc/self/statm");
  std::size_t all = 0, resident = 0;
  in >> all >> resident;
  return resident * 4096;
}

double seconds(Clock::time_point since) { return std::chrono::duration<double>(Clock::now() - since).count(); }

}  // namespace

TEST_CASE("a head that drips is ended after its time in all, not after a time for each byte", "[server]") {
  const TestServer server(addEcho, {}, {}, quick());
  auto client = server.connect();
  const auto began = Clock::now();
  auto dripping = std::async(std::launch::async, [&] {
    client.send("GET /hello HTTP/1.1\r\n");
    while (client.send("X") && seconds(began) < 9) std::this_thread::sleep_for(5ms);
  });
  const auto answer = client.read();
  CHECK(answer.status == 408);
  CHECK(seconds(began) >= 0.49);
  CHECK(seconds(began) < 5);
}

TEST_CASE("a connection that sends nothing is ended, without an answer", "[server]") {
  const TestServer server(addEcho, {}, {}, quick());
  auto silent = server.connect();
  CHECK(silent.rest().empty());
  auto kept = server.connect();
  CHECK(kept.ask(server.request("GET", "/hello")).status == 200);
  CHECK(kept.rest().empty());
}

TEST_CASE("a body that does not come in time is 408, one that is cut is 400", "[server]") {
  const TestServer server(addEcho, {}, {}, quick());
  auto slow = server.connect();
  const std::string head = "POST /echo HTTP/1.1\r\nHost: " + server.host() + "\r\nContent-Type: application/json\r\n";
  CHECK(slow.ask(head + "Content-Length: 10\r\n\r\n123").status == 408);
  CHECK(slow.ended());
  auto slow_chunk = server.connect();
  CHECK(slow_chunk.ask(head + "Transfer-Encoding: chunked\r\n\r\n5\r\nab").status == 408);

  const auto cut = [&](const std::string& rest) {
    auto client = server.connect();
    client.send(head + rest);
    client.endSending();
    return client.read().status;
  };
  CHECK(cut("Content-Length: 10\r\n\r\n123") == 400);
  CHECK(cut("Content-Length: 10\r\n\r\n") == 400);
  CHECK(cut("Transfer-Encoding: chunked\r\n\r\n5\r\nab") == 400);
  CHECK(cut("Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n") == 400);
  CHECK(cut("Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n") == 400);
  CHECK(cut("Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n") == 200);
}

TEST_CASE("chunks that are none are 400", "[server]") {
  const TestServer server(addEcho, {}, {}, quick());
  const auto chunks =
      GENERATE(as<std::string>(), "\r\n\r\n", "x\r\n", "-1\r\n", "1\r\nab\r\n0\r\n\r\n", "2\r\nab0\r\n\r\n",
               "0x2\r\nab\r\n0\r\n\r\n", "11111111111111111\r\n", "ffffffffffffffffffff\r\n", ";x\r\n", "\xff\r\n");
  CAPTURE(chunks);
  auto client = server.connect();
  const auto answer = client.ask("POST /echo HTTP/1.1\r\nHost: " + server.host() +
                                 "\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks);
  CHECK((answer.status == 400 || answer.status == 413));
  CHECK(client.ended());
}

TEST_CASE("a head has a limit, however it is filled", "[server]") {
  const TestServer server(addEcho, {}, {}, quick());
  const std::string host = "Host: " + server.host() + "\r\n";
  std::string many, empties;
  for (int i = 0; i < 10000; ++i) many += "A" + std::to_string(i) + ": b\r\n";
  const auto bomb =
      GENERATE_COPY(as<std::string>(), "GET /" + std::string(100'000, 'a') + " HTTP/1.1\r\n" + host + "\r\n",
                    "GET /hello HTTP/1.1\r\n" + host + "A: " + std::string(100'000, 'b') + "\r\n\r\n",
                    "GET /hello HTTP/1.1\r\n" + host + many + "\r\n", std::string(100'000, 'G'),
                    "GET /hello HTTP/1.1\r\n" + host + std::string(100'000, ':'));
  auto client = server.connect();
  client.send(bomb);
  CHECK(client.read().status == 431);
  CHECK(client.ended());
  auto within = server.connect();
  CHECK(within.ask(server.request("GET", "/hello", "A: " + std::string(30'000, 'b') + "\r\n")).status == 200);
}

TEST_CASE("endless empty lines are no request and do not last", "[server]") {
  const TestServer server(addEcho, {}, {}, quick());
  auto client = server.connect();
  const auto began = Clock::now();
  while (client.send(std::string(10'000, '\n')) && seconds(began) < 9) continue;
  CHECK(seconds(began) < 5);
  CHECK(server.get("/hello").status == 200);
}

TEST_CASE("a body of 1 GB costs neither memory nor time, announced or in chunks", "[server]") {
  const TestServer server(addEcho, {}, {}, quick());
  const std::string head = "POST /echo HTTP/1.1\r\nHost: " + server.host() + "\r\nContent-Type: application/json\r\n";
  const bool chunked = GENERATE(false, true);
  const auto began = Clock::now();
  const auto before = residentBytes();
  auto client = server.connect();
  client.send(head +
              (chunked ? "Transfer-Encoding: chunked\r\n\r\n40000000\r\n" : "Content-Length: 1073741824\r\n\r\n"));
  const std::string block(1u << 20, 'x');
  std::size_t sent = 0;
  while (sent < 1024 && client.send(block)) ++sent;
  CHECK(sent < 64);  // It takes no more long before the end.
  CHECK(seconds(began) < 5);
  CHECK(residentBytes() < before + (32u << 20));

  auto polite = server.connect();
  polite.send(head + (chunked ? "Transfer-Encoding: chunked\r\n\r\n40000000\r\n" + std::string(200'000, 'x')
                              : "Content-Length: 1073741824\r\n\r\n"));
  const auto answer = polite.read();
  CHECK(answer.status == 413);
  CHECK(answer.header("connection") == "close");
}

TEST_CASE("a client that waits with its body is told to send it, or that it need not", "[server]") {
  const TestServer server(addEcho, {}, {}, quick());
  const std::string head = "POST /echo HTTP/1.1\r\nHost: " + server.host() +
                           "\r\nContent-Type: application/json\r\nExpect: 100-continue\r\n";
  auto client = server.connect();
  CHECK(client.ask(head + "Content-Length: 2\r\n\r\n").status == 100);
  CHECK(client.ask("{}").body == "{}");
  CHECK(client.ask(head + "Content-Length: 200000\r\n\r\n").status == 413);
  auto nowhere = server.connect();
  CHECK(nowhere
            .ask("POST /nowhere HTTP/1.1\r\nHost: " + server.host() +
                 "\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
            .status == 404);
  CHECK(nowhere.ended());
}

TEST_CASE("a client that does not read its answer is dropped", "[server]") {
  TestServer server(addEcho, {}, {}, quick());
  auto client = server.connect();
  client.send(server.request("GET", "/big"));
  REQUIRE(client.fill());
  const auto began = Clock::now();
  // stop() returns before its limit because the handler's write was ended.
  CHECK(server.http.stop(5s));
  CHECK(seconds(began) > 0.2);
  CHECK(seconds(began) < 4);
}

TEST_CASE("random bytes, and requests with random faults, never harm the server", "[server]") {
  const TestServer server(addEcho, {}, {}, quick());
  const auto* scale = std::getenv("TROUPE_FUZZ");
  const int rounds = scale != nullptr ? std::atoi(scale) : 300;
  const unsigned seed = 20260301;
  std::cout << "http fuzz: seed " << seed << ", " << rounds << " rounds (TROUPE_FUZZ)\n";
  std::mt19937 random(seed);
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  const std::string valid =
      server.request("GET", "/hello?x=%41&y=1", "Accept: */*\r\nCookie: a=b\r\n") +
      server.request("POST", "/echo", "Expect: 100-continue\r\n", "{\"a\": 1}") +
      "POST /echo HTTP/1.1\r\nHost: " + server.host() +
      "\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
  for (int i = 0; i < rounds; ++i) {
    auto text = valid;
    if (i % 3 == 0) {
      text.resize(below(400));
      for (auto& c : text) c = static_cast<char>(random());
    } else {
      for (std::size_t changes = 1 + below(4); changes > 0; --changes) {
        const auto at = below(text.size());
        switch (below(3)) {
          case 0:
            text[at] = static_cast<char>(random());
            break;
          case 1:
            text.erase(at, 1 + below(8));
            break;
          default:
            text.insert(at, 1 + below(3), "\r\n :0\xff\0%;"[below(10)]);
        }
      }
    }
    auto client = server.connect();
    client.send(text);
    client.endSending();
    const auto answer = client.rest();
    if (!answer.empty() && answer.compare(0, 9, "HTTP/1.1 ") != 0) FAIL("round " << i << ": " << answer.substr(0, 200));
    if (answer.find(" 500 ") != std::string::npos && answer.find("HTTP/1.1 500") != std::string::npos)
      FAIL("round " << i << " is an internal error");
  }
  CHECK(server.get("/hello").status == 200);
}

TEST_CASE("300 idle connections do not keep the 301st from being answered", "[server]") {
  ServerConfig config;
  config.limits.connections = 64;
  const TestServer server(addEcho, config, {}, quick());
  std::vector<RawClient> idle;
  for (int i = 0; i < 300; ++i) idle.push_back(server.connect());
  CHECK(server.get("/hello").status == 200);
  for (auto& client : idle) CHECK_NOTHROW(client.rest());
}

TEST_CASE("connections that are kept for later give way to those that wait", "[server]") {
  ServerConfig config;
  config.limits.connections = 4;
  auto tuning = quick();
  tuning.wire->head = 60s;  // Nothing but giving way lets the others in.
  const TestServer server(addEcho, config, {}, tuning);
  std::vector<RawClient> kept;
  for (int i = 0; i < 20; ++i) {
    kept.push_back(server.connect());
    CHECK(kept.back().ask(server.request("GET", "/hello")).status == 200);
  }
}

TEST_CASE("beyond the queue a connection is refused at once", "[server]") {
  std::mutex mutex;
  std::condition_variable changed;
  int inside = 0;
  bool open = false;
  const auto held = [&](Exchange& x) {
    std::unique_lock lock(mutex);
    ++inside;
    changed.notify_all();
    changed.wait(lock, [&] { return open; });
    x.json(200, "{}");
  };
  ServerConfig config;
  config.limits.connections = 2;
  auto tuning = quick();
  tuning.queue = 1;
  TestServer server(
      [&](Router& router) {
        router.add({"GET", "/held", Right::watch, held, false});
      },
      config, {}, tuning);
  std::vector<RawClient> clients;
  const auto begin = [&] {
    clients.push_back(server.connect());
    clients.back().send(server.request("GET", "/held"));
  };
  begin();
  begin();
  {
    std::unique_lock lock(mutex);
    REQUIRE(changed.wait_for(lock, 5s, [&] { return inside == 2; }));
  }
  begin();  // Waits.
  const auto refused = server.connect().read();
  CHECK(refused.status == 503);
  CHECK(refused.complete);
  CHECK(refused.header("retry-after") == "1");
  CHECK(refused.header("content-type") == "application/problem+json");
  {
    const std::lock_guard lock(mutex);
    open = true;
  }
  changed.notify_all();
  for (auto& client : clients) CHECK(client.read().status == 200);
}

TEST_CASE("stopping cuts what is not finished in time", "[server]") {
  auto tuning = quick();
  tuning.wire->stall = 60s;
  TestServer server(addEcho, {}, {}, tuning);
  auto client = server.connect();
  client.send(server.request("GET", "/big"));
  REQUIRE(client.fill());
  CHECK_FALSE(server.http.stop(50ms));
  CHECK(client.rest().size() < (64u << 20));
}

TEST_CASE("stopping lets requests finish, within its limit", "[server]") {
  std::promise<void> entered, leave;
  const auto held = [&, left = leave.get_future().share()](Exchange& x) {
    entered.set_value();
    left.wait();
    x.json(200, "{}");
  };
  TestServer server([&](Router& router) { router.add({"GET", "/held", Right::watch, held, false}); });
  auto client = server.connect();
  auto idle = server.connect();
  client.send(server.request("GET", "/held"));
  entered.get_future().wait();
  CHECK(server.get("/readyz").status == 200);
  server.http.drain();
  const auto draining = server.get("/readyz");
  CHECK(draining.status == 503);
  CHECK(draining.body == R"({"ready":false,"reasons":["the server is about to stop"]})");

  auto stopped = std::async(std::launch::async, [&] { return server.http.stop(10s); });
  CHECK(idle.rest().empty());
  CHECK(stopped.wait_for(50ms) == std::future_status::timeout);
  leave.set_value();
  const auto answer = client.read();
  CHECK(answer.status == 200);
  CHECK(answer.header("connection") == "close");
  CHECK(stopped.get());
  CHECK_THROWS(server.connect());
}
