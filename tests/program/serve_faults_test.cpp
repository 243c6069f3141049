// What happens between a server and its watchers: cuts, proxies, TLS, stopping. TROUPE_CUTS says how often a stream is
// cut (60), TROUPE_SEED with which random numbers.
#include <Poco/Net/Context.h>
#include <Poco/Net/HTTPSClientSession.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <random>

#include "program/cutting_proxy.hpp"
#include "program/served.hpp"
#include "support/tls_files.hpp"

namespace {

using namespace troupe::test;
using Catch::Matchers::Contains;

std::uint64_t numberFrom(const char* name, std::uint64_t fallback) {
  const char* text = std::getenv(name);
  return text == nullptr ? fallback : std::strtoull(text, nullptr, 10);
}

std::int64_t numberOf(const StreamEvent& event) {
  rapidjson::Document data;
  data.Parse(event.data.c_str());
  return data.IsObject() && data.HasMember("n") ? data["n"].GetInt64() : 0;
}

}  // namespace

TEST_CASE("a stream that is cut anywhere, again and again, is read without a gap and without a double",
          "[program][serve][cuts]") {
  const auto cuts = numberFrom("TROUPE_CUTS", 60);
  const auto seed = numberFrom("TROUPE_SEED", std::random_device{}());
  std::cout << "cut test: TROUPE_CUTS=" << cuts << " TROUPE_SEED=" << seed << std::endl;
  std::mt19937_64 random(seed);
  const Sandbox sandbox;
  Served server(sandbox);
  const auto run = server.begin(witnessed(30, 5));
  server.process().waitUntil([&] { return server.state(run) == "complete"; });
  const std::string path = "/api/v1/runs/" + run + "/events";
  const auto events = [&] {
    EventReader all(server.port(), path + "?last_event_id=earliest");
    std::int64_t last = 0;
    while (const auto event = all.next()) {
      last = std::max(last, numberOf(*event));
      if (event->name == "complete") break;
    }
    return last;
  }();
  REQUIRE(events > 30);
  const auto host = "127.0.0.1:" + std::to_string(server.port());
  std::size_t done = 0;
  while (done < cuts) {
    CAPTURE(seed, done);
    CuttingProxy proxy(server.port(), [&] { return 1 + random() % 6000; });
    std::int64_t next = 1;
    std::string last_id;
    while (next <= events) {
      try {
        EventReader reader(proxy.port(), last_id.empty() ? path + "?last_event_id=earliest" : path, last_id, host);
        REQUIRE(reader.status() == 200);
        while (next <= events) {
          const auto event = reader.next();
          if (!event) break;
          if (const auto n = numberOf(*event); n > 0) {
            REQUIRE(n == next);
            ++next;
          }
          if (!reader.lastId().empty()) last_id = reader.lastId();  // As a browser keeps it over a reconnect.
        }
      } catch (const std::runtime_error&) {
        // Cut before its head was there.
      } catch (const Poco::Exception&) {
      }
    }
    done += std::max<std::size_t>(1, proxy.cuts());
    server.process().takeOutput();  // Each connection is a line of the access log.
  }
  std::cout << "cut test: " << done << " cuts" << std::endl;
}

TEST_CASE("after SIGTERM /readyz is false at once, while a call in flight is still awaited", "[program][serve]") {
  const Sandbox sandbox;
  Served server(sandbox);
  const auto run = server.begin(witnessed(4, 1500));
  EventReader reader(server.port(), "/api/v1/runs/" + run + "/events");
  bool running = false;
  while (!running) {
    const auto event = reader.next();
    REQUIRE(event);
    running = event->name == "node" && event->data.find("\"running\":4") != std::string::npos;
  }
  server.process().signal(SIGTERM);
  const auto asked = std::chrono::steady_clock::now();
  while (server.get("/readyz").status == 200)
    REQUIRE(std::chrono::steady_clock::now() - asked < std::chrono::seconds(1));
  CHECK(server.get("/readyz").status == 503);
  CHECK(server.get("/healthz").status == 200);
  CHECK(server.post("/api/v1/runs", witnessed(1, 0)).status == 503);
  std::string last;
  while (const auto event = reader.next()) last = event->name;
  CHECK(last == "bye");
  CHECK(server.process().wait().code == 0);
}

TEST_CASE("troupe run with a web sink serves itself and says where before the first sample", "[program][serve]") {
  const Sandbox sandbox;
  sandbox.write("web.json", R"({"name": "web", "run": {"samples": 6, "in_flight": 2, "seed": 5}, "nodes": {
    "genres": {"type": "troupe.prompts.genres"},
    "first": {"type": "test.provider.witness", "inputs": ["genres"], "options": {"name": "first", "pace_ms": 400}},
    "craft": {"type": "troupe.scorer.text", "inputs": ["first"]},
    "vote": {"type": "troupe.selector.best", "inputs": ["craft"]},
    "events": {"type": "troupe.sink.sse"}}})");
  const auto program = sandbox.start({"run", "web.json", "--plugin-path", TROUPE_PROGRAM_PLUGIN_DIR});
  program->waitUntil(
      [&] { return program->err().find("/embed/runs/web-") != std::string::npos && program->err().back() == '\n'; });
  CHECK(program->out().find("Sample ") == std::string::npos);
  const auto& err = program->err();
  const auto port = static_cast<std::uint16_t>(std::atoi(err.c_str() + err.find("127.0.0.1:") + 10));
  EventReader reader(port, "/api/v1/runs/latest/events");
  REQUIRE(reader.status() == 200);
  CHECK_THAT(ask(port, "GET", "/embed/runs/latest").type, Contains("text/html"));
  CHECK(ask(port, "POST", "/api/v1/runs", witnessed(1, 0)).status == 409);
  int samples = 0;
  std::string last;
  while (const auto event = reader.next()) {
    if (event->name == "sample") ++samples;
    if (event->name == "complete") CHECK(samples == 6);
    last = event->name;
  }
  CHECK(samples == 6);
  CHECK(last == "bye");
  CHECK(program->wait().code == 0);
}

TEST_CASE("a client pauses the run that troupe run serves", "[program][serve]") {
  const Sandbox sandbox;
  sandbox.write("web.json", R"({"name": "web", "run": {"samples": 500, "in_flight": 2, "seed": 5}, "nodes": {
    "genres": {"type": "troupe.prompts.genres"},
    "first": {"type": "test.provider.witness", "inputs": ["genres"], "options": {"name": "first", "pace_ms": 50}},
    "craft": {"type": "troupe.scorer.text", "inputs": ["first"]},
    "vote": {"type": "troupe.selector.best", "inputs": ["craft"]},
    "events": {"type": "troupe.sink.sse"}}})");
  const auto program = sandbox.start({"run", "web.json", "--plugin-path", TROUPE_PROGRAM_PLUGIN_DIR});
  program->waitUntil(
      [&] { return program->err().find("/embed/runs/web-") != std::string::npos && program->err().back() == '\n'; });
  const auto& err = program->err();
  const auto port = static_cast<std::uint16_t>(std::atoi(err.c_str() + err.find("127.0.0.1:") + 10));
  CHECK(ask(port, "POST", "/api/v1/runs/latest/pause", "{}").status == 200);
  CHECK(program->wait().code == 5);
  CHECK_THAT(program->out() + program->err(), Contains("paused by local"));
}

TEST_CASE("streams come over TLS", "[program][serve][tls]") {
  const Sandbox sandbox;
  writeTlsFiles(sandbox / "cert.pem", sandbox / "key.pem");
  sandbox.write("server.json", R"({"listen": "127.0.0.1:0", "tls": {"certificate": "cert.pem", "key": "key.pem"}})");
  const auto program = sandbox.start({"serve", "--config", "server.json", "--plugin-path", TROUPE_PROGRAM_PLUGIN_DIR});
  program->waitFor("Listening on https://127.0.0.1:");
  program->waitUntil([&] { return program->out().find('\n') != std::string::npos; });
  const auto port =
      static_cast<std::uint16_t>(std::atoi(program->out().c_str() + program->out().find("127.0.0.1:") + 10));
  const Poco::Net::Context::Ptr context =
      new Poco::Net::Context(Poco::Net::Context::TLS_CLIENT_USE, "", Poco::Net::Context::VERIFY_NONE);
  const auto send = [&](Poco::Net::HTTPSClientSession& session, const std::string& method, const std::string& path,
                        const std::string& body) -> std::istream& {
    Poco::Net::HTTPRequest request(method, path, "HTTP/1.1");
    request.setContentType("application/json");
    request.setContentLength(static_cast<std::streamsize>(body.size()));
    session.sendRequest(request) << body;
    Poco::Net::HTTPResponse response;
    auto& in = session.receiveResponse(response);
    REQUIRE(response.getStatus() / 100 == 2);
    return in;
  };
  Poco::Net::HTTPSClientSession watching("127.0.0.1", port, context), acting("127.0.0.1", port, context);
  auto& stream = send(watching, "GET", "/api/v1/events", "");
  send(acting, "POST", "/api/v1/runs", witnessed(5, 10));
  int samples = 0;
  for (std::string line; std::getline(stream, line) && line != "event: complete";)
    samples += line == "event: sample" ? 1 : 0;
  CHECK(samples == 5);
  program->signal(SIGTERM);
  CHECK(program->wait().code == 0);
}

TEST_CASE("behind nginx with a path prefix", "[program][serve][nginx]") {
  const std::string nginx = "/usr/sbin/nginx";
  REQUIRE(std::filesystem::exists(nginx));
  const Sandbox sandbox;
  // A port of its own: taken, noted, and given to nginx.
  std::uint16_t front = 0;
  {
    Poco::Net::ServerSocket probe(Poco::Net::SocketAddress("127.0.0.1", 0));
    front = probe.address().port();
  }
  const auto base = "http://127.0.0.1:" + std::to_string(front);
  Served server(sandbox, {"--public-url", base + "/troupe"});
  sandbox.write(
      "nginx.conf",
      "daemon off; pid nginx.pid; error_log stderr; worker_processes 1; events {}\nhttp { access_log off; "
      "client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3; uwsgi_temp_path t4; scgi_temp_path t5;\n"
      "  server { listen 127.0.0.1:" +
          std::to_string(front) +
          ";\n    location /troupe/ { proxy_pass http://127.0.0.1:" + std::to_string(server.port()) +
          "; proxy_http_version 1.1; proxy_set_header Connection \"\"; proxy_set_header Host $http_host; "
          "proxy_buffering off; proxy_read_timeout 24h; } } }\n");
  auto options = sandbox.options();
  Process proxy({nginx, "-p", sandbox.work().string(), "-c", (sandbox / "nginx.conf").string()}, options);
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  for (bool answers = false; !answers;) {  // It says nothing when it is ready.
    REQUIRE(std::chrono::steady_clock::now() < limit);
    try {
      answers = ask(front, "GET", "/troupe/healthz").status == 200;
    } catch (const Poco::Exception&) {
    }
  }
  const auto run = server.begin(witnessed(5, 30));
  EventReader reader(front, "/troupe/api/v1/runs/" + run + "/events?last_event_id=earliest");
  REQUIRE(reader.status() == 200);
  int samples = 0;
  while (const auto event = reader.next()) {
    if (event->name == "sample") ++samples;
    if (event->name == "complete") break;
  }
  CHECK(samples == 5);
  CHECK(ask(front, "GET", "/troupe/embed/runs/latest").status == 200);
  const auto made = ask(front, "POST", "/troupe/api/v1/runs", witnessed(1, 0));
  CHECK(made.status == 201);
  CHECK_THAT(made.header("Location"), Catch::Matchers::StartsWith("/troupe/api/v1/runs/"));
  proxy.signal(SIGTERM);
  proxy.wait();
}
