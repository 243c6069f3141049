#include <rapidjson/document.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "support/process.hpp"
#include "support/sha256.hpp"
#include "support/temp_dir.hpp"
#include "support/test_server.hpp"
#include "support/unix_time.hpp"

using namespace troupe;
using namespace troupe::server;
using test::RawClient;
using test::TestServer;

namespace {

const std::string kWatch = "watch-token-0123", kOperate = "operate-token-01";

void addRoutes(Router& router) {
  const auto who = [](Exchange& x) {
    x.json(200, "{\"name\":\"" + x.principal().name + "\",\"run\":\"" + x.principal().only_run + "\",\"base\":\"" +
                    x.base() + "\"}");
  };
  router.add({"GET", "/open", Right::none, who, false});
  router.add({"GET", "/watch", Right::watch, who, false});
  router.add({"POST", "/operate", Right::operate, who, false});
  router.add({"PUT", "/operate", Right::operate, who, false});
  router.add({"PATCH", "/operate", Right::operate, who, false});
  router.add({"DELETE", "/operate", Right::operate, who, false});
  router.add({"GET", "/api/v1/runs/{run}", Right::watch, who, true});
  router.add({"GET", "/api/v1/runs/{run}/log", Right::watch, who, false});
  router.add({"GET", "/embed/runs/{run}", Right::watch, [](Exchange& x) { x.send(200, "text/html", "<p>"); }, true});
  router.add({"GET", "/page", Right::none,
              [](Exchange& x) {
                x.send(
                    200, "text/html; charset=utf-8", "<p>",
                    {{"Content-Security-Policy", "default-src *"}, {"Cache-Control", "max-age=60"}, {"ETag", "\"1\""}});
              },
              false});
  router.add({"GET", "/fails", Right::none, [](Exchange&) { throw std::runtime_error("inner"); }, false});
  router.add({"GET", "/stream", Right::none, [](Exchange& x) { x.stream(200, "text/plain") << "x"; }, false});
}

ServerConfig withTokens() {
  ServerConfig config;
  config.tokens = {{"grafana", Right::watch, sha256(kWatch)}, {"ops", Right::operate, sha256(kOperate)}};
  return config;
}

HttpServer::Hooks hooks() {
  HttpServer::Hooks hooks;
  hooks.ticket_secret = "secret of the journal";
  hooks.run_exists = [](const std::string& run) { return run == "r1" || run == "r2"; };
  return hooks;
}

std::string bearer(const std::string& token) { return "Authorization: Bearer " + token + "\r\n"; }

std::string textOf(const std::string& json, const char* key) {
  rapidjson::Document document;
  document.Parse(json.c_str());
  REQUIRE_FALSE(document.HasParseError());
  REQUIRE(document.HasMember(key));
  return document[key].GetString();
}

}  // namespace

TEST_CASE("without tokens, whoever reaches loopback may operate", "[server]") {
  const TestServer server(addRoutes);
  CHECK(textOf(server.get("/watch").body, "name") == "local");
  CHECK(server.post("/operate", "{}").status == 200);
  CHECK(server.get("/api/v1/session").body == R"({"name":"local","right":"operate"})");
  CHECK(server.get("/watch", bearer("anything")).status == 200);
}

TEST_CASE("a token gives its right and those before it", "[server]") {
  const TestServer server(addRoutes, withTokens());
  const auto status = [&](const std::string& method, const std::string& path, const std::string& headers) {
    return server.ask(method, path, headers).status;
  };
  CHECK(status("GET", "/open", "") == 200);
  CHECK(status("GET", "/open", bearer("wrong")) == 200);
  CHECK(status("GET", "/healthz", "") == 200);
  CHECK(status("GET", "/readyz", "") == 200);
  CHECK(status("GET", "/metrics", "") == 401);
  CHECK(status("GET", "/metrics", bearer(kWatch)) == 200);
  CHECK(status("GET", "/watch", "") == 401);
  CHECK(status("GET", "/watch", bearer("wrong")) == 401);
  CHECK(status("GET", "/watch", bearer("")) == 401);
  CHECK(status("GET", "/watch", "Authorization: Basic " + kWatch + "\r\n") == 401);
  CHECK(status("GET", "/watch", "authorization: bearer   " + kWatch + "\r\n") == 200);
  CHECK(status("GET", "/watch", bearer(kOperate)) == 200);
  CHECK(status("POST", "/operate", bearer(kWatch)) == 403);
  CHECK(status("POST", "/operate", bearer(kOperate)) == 200);
  CHECK(status("POST", "/operate", "") == 401);
  CHECK(status("GET", "/watch?token=" + kWatch, "") == 401);
  CHECK(server.get("/watch").header("www-authenticate") == "Bearer realm=\"troupe\"");
  CHECK(server.get("/api/v1/session").body == R"({"name":"","right":"none"})");
  CHECK(server.get("/api/v1/session", bearer(kWatch)).body == R"({"name":"grafana","right":"watch"})");
}

TEST_CASE("a browser logs in and out with a cookie that scripts and other sites do not get", "[server]") {
  const TestServer server(addRoutes, withTokens());
  const auto login = server.post("/api/v1/session", "{\"token\":\"" + kOperate + "\"}");
  CHECK(login.status == 200);
  CHECK(login.body == R"({"name":"ops","right":"operate"})");
  const auto cookie = login.header("set-cookie");
  CHECK_THAT(cookie, Catch::StartsWith("troupe_session=") &&
                         Catch::EndsWith("; Path=/; Max-Age=43200; HttpOnly; SameSite=Strict"));
  CHECK_THAT(cookie, !Catch::Contains(kOperate));
  const auto pair = "Cookie: a=b; " + cookie.substr(0, cookie.find(';')) + "; c=d\r\n";
  CHECK(textOf(server.get("/watch", pair).body, "name") == "ops");
  CHECK(server.post("/operate", "{}", pair).status == 200);
  CHECK(server.get("/api/v1/session", pair).body == R"({"name":"ops","right":"operate"})");

  const auto logout = server.ask("DELETE", "/api/v1/session", pair);
  CHECK(logout.status == 204);
  CHECK_THAT(logout.header("set-cookie"), Catch::StartsWith("troupe_session=; Path=/; Max-Age=0;"));
  CHECK(server.get("/watch", pair).status == 401);
}

TEST_CASE("a login that fails is slowed, and one of the wrong shape says what is wrong", "[server]") {
  std::atomic<std::int64_t> ms{1};
  HttpServer::Tuning tuning;
  tuning.now = [&] { return std::chrono::steady_clock::time_point(std::chrono::milliseconds(ms.load())); };
  const TestServer server(addRoutes, withTokens(), {}, tuning);
  const std::string good = "{\"token\":\"" + kOperate + "\"}";
  CHECK(server.post("/api/v1/session", "{\"token\":7}").status == 422);
  CHECK(server.post("/api/v1/session", "{}").status == 422);
  CHECK(server.post("/api/v1/session", "[]").status == 422);
  CHECK(server.post("/api/v1/session", "{\"token\":\"x\",\"user\":\"y\"}").status == 422);
  CHECK(server.post("/api/v1/session", "{").status == 400);
  CHECK(server.post("/api/v1/session", "").status == 400);

  CHECK(server.post("/api/v1/session", "{\"token\":\"wrong\"}").status == 401);
  const auto slowed = server.post("/api/v1/session", good);
  CHECK(slowed.status == 429);
  CHECK(slowed.header("retry-after") == "1");
  CHECK(server.get("/watch", bearer(kWatch)).status == 200);
  ms += 501;
  CHECK(server.post("/api/v1/session", good).status == 200);
  CHECK(server.post("/api/v1/session", good).status == 200);
}

TEST_CASE("a Host that is not ours is refused on every route (DNS rebinding)", "[server]") {
  const TestServer server(addRoutes);
  const auto path = GENERATE(as<std::string>(), "/open", "/healthz", "/nothing", "/api/v1/session");
  const auto with = [&](const std::string& host) {
    return server.connect().ask("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
  };
  const auto refused = with("evil.example:" + std::to_string(server.port()));
  CHECK(refused.status == 421);
  CHECK(refused.header("content-type") == "application/problem+json");
  CHECK(with("127.0.0.1").status == 421);
  CHECK(with("").status == 421);
  CHECK(with("localhost:" + std::to_string(server.port())).status != 421);
  CHECK(with("[::1]:" + std::to_string(server.port())).status != 421);
}

TEST_CASE("pages of other origins change nothing", "[server]") {
  ServerConfig config;
  config.origins = {"https://pages.example"};
  const TestServer server(addRoutes, config);
  const auto method = GENERATE(as<std::string>(), "POST", "PUT", "PATCH", "DELETE");
  const auto from = [&](const std::string& origin) {
    return server.ask(method, "/operate", "Origin: " + origin + "\r\n", "{}").status;
  };
  CHECK(from("http://" + server.host()) == 200);
  CHECK(from("https://pages.example") == 200);
  CHECK(from("https://evil.example") == 403);
  CHECK(from("null") == 403);
  CHECK(from("https://" + server.host()) == 403);
  CHECK(from("http://127.0.0.1:1") == 403);
  CHECK(server.ask(method, "/operate").status == 200);
  CHECK(server.get("/open", "Origin: https://evil.example\r\n").header("access-control-allow-origin").empty());
}

TEST_CASE("a body is JSON, else a form could send it without asking", "[server]") {
  const TestServer server(addRoutes);
  const auto with = [&](const std::string& type) {
    return server.connect()
        .ask("POST /operate HTTP/1.1\r\nHost: " + server.host() + "\r\n" +
             (type.empty() ? "" : "Content-Type: " + type + "\r\n") + "Content-Length: 2\r\n\r\n{}")
        .status;
  };
  CHECK(with("application/json") == 200);
  CHECK(with("Application/JSON; charset=utf-8") == 200);
  CHECK(with("application/json-patch+json") == 200);
  CHECK(with("") == 415);
  CHECK(with("text/plain") == 415);
  CHECK(with("text/plain; application/json") == 415);
  CHECK(with("application/x-www-form-urlencoded") == 415);
  CHECK(with("multipart/form-data; boundary=x") == 415);
  CHECK(with("application/jsonx") == 415);
  CHECK(server.connect()
            .ask("POST /operate HTTP/1.1\r\nHost: " + server.host() + "\r\nContent-Length: 0\r\n\r\n")
            .status == 200);
}

TEST_CASE("pages of listed origins may call, after asking", "[server]") {
  ServerConfig config;
  config.origins = {"https://pages.example"};
  const TestServer server(addRoutes, config);
  const std::string ask = "Access-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: content-type\r\n";
  const auto allowed = server.ask("OPTIONS", "/operate", "Origin: https://pages.example\r\n" + ask);
  CHECK(allowed.status == 204);
  CHECK(allowed.header("access-control-allow-origin") == "https://pages.example");
  CHECK(allowed.header("access-control-allow-credentials") == "true");
  CHECK(allowed.header("access-control-allow-methods") == "DELETE, PATCH, POST, PUT, OPTIONS");
  CHECK_THAT(allowed.header("access-control-allow-headers"),
             Catch::Contains("Content-Type") && Catch::Contains("Authorization"));
  CHECK(allowed.header("vary") == "Origin");
  const auto refused = server.ask("OPTIONS", "/operate", "Origin: https://evil.example\r\n" + ask);
  CHECK(refused.status == 403);
  CHECK(refused.header("access-control-allow-origin").empty());
  CHECK(refused.header("vary") == "Origin");
  const auto get = server.get("/open", "Origin: https://pages.example\r\n");
  CHECK(get.header("access-control-allow-origin") == "https://pages.example");
  CHECK(server.get("/nothing", "Origin: https://pages.example\r\n").header("access-control-allow-origin") ==
        "https://pages.example");
}

TEST_CASE("every answer carries the security headers", "[server]") {
  auto config = withTokens();
  config.frame_ancestors = {"https://pages.example", "https://more.example"};
  const TestServer server(addRoutes, config, hooks());
  const std::string any_api = "default-src 'none'; frame-ancestors 'none'";
  for (const std::string path : {"/open", "/watch", "/nothing", "/fails", "/stream", "/healthz", "/readyz", "/metrics",
                                 "/api/v1/session", "/..", "/api/v1/runs/r1"}) {
    CAPTURE(path);
    for (const std::string method : {"GET", "HEAD", "POST", "OPTIONS", "BREW"}) {
      const auto answer = server.connect().ask(method + " " + path + " HTTP/1.1\r\nHost: " + server.host() + "\r\n" +
                                               (method == "HEAD" ? bearer(kWatch) : "") + "\r\n");
      CHECK(answer.status >= 200);
      CHECK(answer.header("content-security-policy") == any_api);
      CHECK(answer.header("x-content-type-options") == "nosniff");
      CHECK(answer.header("referrer-policy") == "no-referrer");
      CHECK(answer.header("x-frame-options") == "DENY");
      CHECK(answer.header("cache-control") == "no-store");
      CHECK(answer.header("server").empty());
    }
  }
  const auto page = server.get("/page");
  CHECK_THAT(page.header("content-security-policy"),
             Catch::StartsWith("default-src 'none'; script-src 'self';") && Catch::EndsWith("frame-ancestors 'none'"));
  CHECK_THAT(page.header("content-security-policy"), !Catch::Contains("*"));
  CHECK(page.header("cache-control") == "max-age=60");
  CHECK(page.header("etag") == "\"1\"");
  const auto embedded = server.get("/embed/runs/r1", bearer(kWatch));
  CHECK(embedded.status == 200);
  CHECK_THAT(embedded.header("content-security-policy"),
             Catch::EndsWith("frame-ancestors https://pages.example https://more.example"));
  CHECK(embedded.header("x-frame-options").empty());
  CHECK(TestServer(addRoutes).get("/embed/runs/r1").header("x-frame-options") == "DENY");
}

TEST_CASE("a ticket watches its run and nothing else", "[server]") {
  TestServer server(addRoutes, withTokens(), hooks());
  const auto make = [&](const std::string& run, const std::string& body, const std::string& token = kOperate) {
    return server.post("/api/v1/runs/" + run + "/tickets", body, bearer(token));
  };
  const auto now = unixMs();
  const auto made = make("r1", "");
  CHECK(made.status == 201);
  const auto ticket = textOf(made.body, "ticket");
  CHECK(textOf(made.body, "url") == "http://" + server.host() + "/api/v1/runs/r1/events?ticket=" + ticket);
  rapidjson::Document document;
  document.Parse(made.body.c_str());
  CHECK(document["expires_at"].GetInt64() >= now + 3599'000);
  CHECK(document["expires_at"].GetInt64() <= unixMs() + 3600'000);

  CHECK(server.get("/api/v1/runs/r1?ticket=" + ticket).body == R"({"name":"ticket","run":"r1","base":""})");
  CHECK(server.get("/embed/runs/r1?ticket=" + ticket).status == 200);
  const auto other = server.get("/api/v1/runs/r2?ticket=" + ticket);
  CHECK(other.status == 401);
  CHECK_THAT(other.body, Catch::Contains("the ticket is not for this, or it has expired"));
  CHECK(server.get("/api/v1/runs/r1/log?ticket=" + ticket).status == 401);
  CHECK(server.get("/watch?ticket=" + ticket).status == 401);
  CHECK(server.post("/operate?ticket=" + ticket, "{}").status == 401);
  CHECK(server.post("/api/v1/runs/r1/tickets?ticket=" + ticket, "").status == 401);
  CHECK(server.get("/api/v1/runs/r1?ticket=garbage").status == 401);
  CHECK(server.get("/api/v1/runs/r1?ticket=" + ticket + "0").status == 401);

  CHECK(make("r1", "{\"ttl_s\":604800}").status == 201);
  for (const std::string bad : {"604801", "0", "-1", "1.5", "\"60\"", "null"})
    CHECK(make("r1", "{\"ttl_s\":" + bad + "}").status == 422);
  CHECK(make("r1", "{\"ttl\":60}").status == 422);
  CHECK(make("r3", "").status == 404);
  CHECK(make("r1", "", kWatch).status == 403);

  server.http.stop(std::chrono::seconds(5));
  CHECK_THAT(server.logged(), Catch::Contains("path=/api/v1/runs/r1 ") && !Catch::Contains(ticket.substr(12)) &&
                                  !Catch::Contains(kOperate) && !Catch::Contains(kWatch));
}

TEST_CASE("below a public prefix the server answers with the prefix and without it", "[server]") {
  auto config = withTokens();
  config.public_url = "https://example.org/troupe";
  TestServer server(addRoutes, config, hooks());
  const auto at = [&](const std::string& host, const std::string& target) {
    return server.connect().ask("GET " + target + " HTTP/1.1\r\nHost: " + host +
                                "\r\nX-Forwarded-For: 6.6.6.6, 203.0.113.9\r\n" + bearer(kWatch) + "\r\n");
  };
  CHECK(textOf(at("example.org", "/troupe/watch").body, "base") == "/troupe");
  CHECK(textOf(at("example.org", "/watch").body, "base") == "/troupe");
  CHECK(textOf(at(server.host(), "/troupe/watch").body, "base") == "/troupe");
  CHECK(textOf(at(server.host(), "/watch").body, "base") == "");
  CHECK(at("example.org", "/troupewatch").status == 404);
  CHECK(at("example.org", "/troupe/troupe/watch").status == 404);

  const auto login = server.connect().ask(
      "POST /troupe/api/v1/session HTTP/1.1\r\nHost: example.org\r\nOrigin: https://example.org\r\nContent-Type: "
      "application/json\r\nContent-Length: " +
      std::to_string(kWatch.size() + 12) + "\r\n\r\n{\"token\":\"" + kWatch + "\"}");
  CHECK(login.status == 200);
  CHECK_THAT(login.header("set-cookie"),
             Catch::EndsWith("; Path=/troupe; Max-Age=43200; HttpOnly; SameSite=Strict; Secure"));
  server.http.stop(std::chrono::seconds(5));
  CHECK_THAT(server.logged(),
             Catch::Contains("client=203.0.113.9 user=grafana method=GET path=/troupe/watch status=200"));
}

TEST_CASE("without a public URL nobody says for whom it asks", "[server]") {
  TestServer server(addRoutes);
  server.get("/open", "X-Forwarded-For: 203.0.113.9\r\n");
  server.http.stop(std::chrono::seconds(5));
  CHECK_THAT(server.logged(), Catch::Contains("client=127.0.0.1 user=local method=GET path=/open status=200") &&
                                  !Catch::Contains("203.0.113.9"));
}

TEST_CASE("requests are counted by their route's pattern", "[server]") {
  TestServer server(addRoutes);
  server.get("/api/v1/runs/r1");
  server.get("/api/v1/runs/r2");
  server.get("/nothing/1");
  server.ask("BREW", "/nothing/2");
  const auto text = server.get("/metrics");
  CHECK(text.header("content-type") == "text/plain; version=0.0.4; charset=utf-8");
  server.http.stop(std::chrono::seconds(5));
  const auto after = server.metrics.text();
  CHECK_THAT(after, Catch::Contains(
                        "troupe_http_requests_total{method=\"GET\",route=\"/api/v1/runs/{run}\",code=\"200\"} 2\n"));
  CHECK_THAT(after, Catch::Contains("troupe_http_requests_total{method=\"GET\",route=\"none\",code=\"404\"} 1\n"));
  CHECK_THAT(after, Catch::Contains("troupe_http_requests_total{method=\"other\",route=\"none\",code=\"404\"} 1\n"));
  CHECK_THAT(after, !Catch::Contains("r1"));
}

TEST_CASE("/readyz says what is the matter, /healthz only that the process lives", "[server]") {
  auto with = hooks();
  std::vector<std::string> reasons;
  with.unready = [&] { return reasons; };
  const TestServer server(addRoutes, {}, with);
  CHECK(server.get("/readyz").body == R"({"ready":true,"reasons":[]})");
  reasons = {"the journal cannot be written: disk full"};
  const auto answer = server.get("/readyz");
  CHECK(answer.status == 503);
  CHECK(answer.body == R"({"ready":false,"reasons":["the journal cannot be written: disk full"]})");
  CHECK(server.get("/healthz").body == R"({"status":"alive"})");

  Router router;
  ServerLog log({}, [](std::string_view) {});
  Metrics metrics;
  ServerConfig config;
  config.port = 0;
  HttpServer starting(config, router, log, metrics);
  starting.start();
  const auto host = "Host: 127.0.0.1:" + std::to_string(starting.port()) + "\r\n\r\n";
  CHECK(RawClient(starting.port()).ask("GET /readyz HTTP/1.1\r\n" + host).body ==
        R"({"ready":false,"reasons":["the server is starting"]})");
}
