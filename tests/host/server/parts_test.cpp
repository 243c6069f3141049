#include <rapidjson/document.h>

#include <catch2/catch.hpp>
#include <set>
#include <thread>

#include "server/credentials.hpp"
#include "server/metrics.hpp"
#include "server/origins.hpp"
#include "server/server_log.hpp"
#include "server/tickets.hpp"
#include "support/sha256.hpp"

using namespace troupe;
using namespace troupe::server;
using namespace std::chrono_literals;

TEST_CASE("HMAC-SHA256 gives the vectors of RFC 4231", "[server]") {
  CHECK(hmacSha256(std::string(20, '\x0b'), "Hi There") ==
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  CHECK(hmacSha256("Jefe", "what do ya want for nothing?") ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(hmacSha256(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First") ==
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST_CASE("a ticket is good for its run and until its time, and nothing else is", "[server]") {
  const Tickets tickets("the server's secret");
  const auto ticket = tickets.make("run-1", 2000);
  CHECK(tickets.good(ticket, "run-1", 1999));
  CHECK_FALSE(tickets.good(ticket, "run-1", 2000));
  CHECK_FALSE(tickets.good(ticket, "run-2", 1000));
  CHECK_FALSE(tickets.good(ticket, "", 1000));
  CHECK_FALSE(Tickets("another secret").good(ticket, "run-1", 1000));
  CHECK_FALSE(tickets.good("3" + ticket.substr(1), "run-1", 1000));
  for (std::size_t i = 0; i < ticket.size(); ++i) {
    auto tampered = ticket;
    tampered[i] = tampered[i] == '0' ? '1' : '0';
    CHECK_FALSE(tickets.good(tampered, "run-1", 1000));
    CHECK_FALSE(tickets.good(ticket.substr(0, i), "run-1", 1000));
  }
  for (const std::string garbage :
       {"", ".", "x", "9999999999", "9999999999.", "-1.ab", "99999999999999999999.ab", "9999999999.zz"})
    CHECK_FALSE(tickets.good(garbage, "run-1", 1000));
  CHECK_THROWS_AS(Tickets("").make("run-1", 2000), std::logic_error);
  CHECK_FALSE(Tickets("").good("9999999999." + hmacSha256("", "x"), "run-1", 1000));
}

TEST_CASE("a token is found by its hash, and by nothing else", "[server]") {
  const Tokens tokens(
      {{"grafana", Right::watch, sha256("watch-token-0123")}, {"ops", Right::operate, sha256("operate-token-01")}});
  CHECK(tokens.find("operate-token-01")->name == "ops");
  CHECK(tokens.find("operate-token-01")->right == Right::operate);
  CHECK(tokens.find("watch-token-0123")->right == Right::watch);
  for (const std::string wrong : {"", "operate-token-0", "operate-token-011", "OPERATE-TOKEN-01"})
    CHECK_FALSE(tokens.find(wrong));
  CHECK_FALSE(tokens.find(sha256("operate-token-01")));
  CHECK_FALSE(Tokens({}).find(""));
  CHECK(sameBytes("", ""));
  CHECK(sameBytes("abc", "abc"));
  CHECK_FALSE(sameBytes("abc", "abd"));
  CHECK_FALSE(sameBytes("abc", "ab"));
}

TEST_CASE("a session lasts twelve hours from its last use, and there are so many", "[server]") {
  std::chrono::steady_clock::time_point now{};
  Sessions sessions([&] { return now; });
  const auto id = sessions.begin({"ops", Right::operate, {}});
  CHECK(id.size() == 64);
  now += 11h;
  CHECK(sessions.find(id)->name == "ops");
  now += 11h;
  CHECK(sessions.find(id).has_value());
  now += 12h + 1s;
  CHECK_FALSE(sessions.find(id));
  CHECK(sessions.size() == 0);
  CHECK_FALSE(sessions.find(""));

  const auto other = sessions.begin({"ops", Right::operate, {}});
  CHECK(other != id);
  sessions.end(other);
  CHECK_FALSE(sessions.find(other));
  const auto oldest = sessions.begin({"ops", Right::operate, {}});
  for (std::size_t i = 0; i < Sessions::kMost; ++i) {
    now += 1ms;
    sessions.begin({"ops", Right::operate, {}});
  }
  CHECK(sessions.size() == Sessions::kMost);
  CHECK_FALSE(sessions.find(oldest));
}

TEST_CASE("random ids differ", "[server]") {
  std::set<std::string> ids;
  for (int i = 0; i < 1000; ++i) ids.insert(randomHex(16));
  CHECK(ids.size() == 1000);
  CHECK(randomHex(33).size() == 66);
}

TEST_CASE("each failed login makes its address wait longer, and the table is bounded", "[server]") {
  std::chrono::steady_clock::time_point now{};
  FailedLogins failed([&] { return now; });
  CHECK(failed.wait("a") == 0ms);
  failed.failed("a");
  CHECK(failed.wait("a") == 500ms);
  CHECK(failed.wait("b") == 0ms);
  now += 500ms;
  CHECK(failed.wait("a") == 0ms);
  failed.failed("a");
  CHECK(failed.wait("a") == 1000ms);
  for (int i = 0; i < 40; ++i) failed.failed("a");
  CHECK(failed.wait("a") == 60s);
  failed.succeeded("a");
  CHECK(failed.wait("a") == 0ms);
  for (int i = 0; i < 40; ++i) failed.failed("a");
  now += 16min;
  failed.failed("a");
  CHECK(failed.wait("a") == 500ms);
  for (std::size_t i = 0; i < 3 * FailedLogins::kMost; ++i) {
    now += 1us;
    failed.failed("x" + std::to_string(i));
  }
  CHECK(failed.size() == FailedLogins::kMost);
}

TEST_CASE("a public URL is taken apart, or refused with the reason", "[server]") {
  const auto url = PublicUrl::parse("https://Example.org:443/troupe/");
  CHECK(url.scheme == "https");
  CHECK(url.authority == "example.org");
  CHECK(url.prefix == "/troupe");
  CHECK(url.origin() == "https://example.org");
  CHECK(PublicUrl::parse("http://example.org:8080").authority == "example.org:8080");
  CHECK(PublicUrl::parse("http://[::1]:80/a/b").authority == "[::1]");
  CHECK(PublicUrl::parse("").scheme.empty());
  for (const std::string bad :
       {"example.org", "ftp://example.org", "https://", "https:///x", "https://a b", "https://a/x y", "https://a//b",
        "https://a/../b", "https://a?x", "https://a/x?y", "https://user@a", "https://a:"}) {
    CAPTURE(bad);
    CHECK_THROWS_AS(PublicUrl::parse(bad), std::invalid_argument);
  }
}

TEST_CASE("a Host is ours by name and port", "[server]") {
  ServerConfig config;
  config.public_url = "https://example.org/troupe";
  config.hosts = {"Troupe.lan", "other.lan:99"};
  const Origins origins(config, 7878);
  const auto [host, ours] = GENERATE(table<std::string, bool>({
      {"127.0.0.1:7878", true},
      {"localhost:7878", true},
      {"LOCALHOST:7878", true},
      {"[::1]:7878", true},
      {"example.org", true},
      {"EXAMPLE.org:443", true},
      {"troupe.lan", true},
      {"troupe.lan:7878", true},
      {"other.lan:99", true},
      {"10.0.0.5:7878", true},  // The address that it came in on.
      {"", false},
      {"127.0.0.1", false},
      {"127.0.0.1:7879", false},
      {"localhost", false},
      {"localhost:", false},
      {"localhost:7878:7878", false},
      {"evil.example:7878", false},
      {"example.org:7878", false},
      {"example.org.evil", false},
      {"other.lan", false},
      {"other.lan:7878", false},
      {"troupe.lan:1", false},
      {"10.0.0.6:7878", false},
      {"127.0.0.1:7878@evil", false},
      {"localhost.:7878", false},
      {"[::1:7878", false},
      {" localhost:7878", false},
      {"2130706433:7878", false},
  }));
  CAPTURE(host);
  CHECK(origins.ownHost(host, "10.0.0.5") == ours);
}

TEST_CASE("the port of the scheme may be left out", "[server]") {
  ServerConfig config;
  CHECK(Origins(config, 80).ownHost("localhost", "127.0.0.1"));
  CHECK_FALSE(Origins(config, 443).ownHost("localhost", "127.0.0.1"));
  CHECK(Origins(config, 80).own("http://localhost", "localhost:80"));
  config.tls.certificate = "c";
  CHECK(Origins(config, 443).ownHost("localhost", "127.0.0.1"));
  CHECK(Origins(config, 443).own("https://localhost", "localhost"));
  CHECK_FALSE(Origins(config, 443).own("http://localhost", "localhost"));
}

TEST_CASE("an origin is ours, listed or foreign", "[server]") {
  ServerConfig config;
  config.public_url = "https://example.org/troupe";
  config.origins = {"https://pages.example"};
  const Origins origins(config, 7878);
  CHECK(origins.own("http://localhost:7878", "localhost:7878"));
  CHECK(origins.own("https://example.org", "127.0.0.1:7878"));
  CHECK_FALSE(origins.own("http://localhost:7879", "localhost:7878"));
  CHECK_FALSE(origins.own("https://localhost:7878", "localhost:7878"));
  CHECK_FALSE(origins.own("null", "localhost:7878"));
  CHECK_FALSE(origins.own("http://example.org", "127.0.0.1:7878"));
  CHECK(origins.listed("https://pages.example"));
  CHECK(origins.listed("https://PAGES.example"));
  CHECK_FALSE(origins.listed("http://pages.example"));
  CHECK_FALSE(origins.listed("https://pages.example.evil"));
  CHECK_FALSE(origins.listed("null"));
  CHECK_FALSE(origins.listed(""));
  CHECK(isOrigin("https://pages.example:8080"));
  for (const std::string bad :
       {"", "null", "*", "pages.example", "https://", "https://a/", "https://a b", "ftp://a", "https://*.example"})
    CHECK_FALSE(isOrigin(bad));
}

TEST_CASE("a log line stays a line, as text and as JSON", "[server]") {
  std::string lines;
  const auto to = [&](std::string_view line) { lines += line; };
  ServerLog text({ServerLog::Level::info, false}, to);
  text.write(ServerLog::Level::debug, "not shown");
  text.write(
      ServerLog::Level::warning, "a\nb",
      {{"path", std::string("/x y\r\n\"")}, {"bad", std::string("\xff")}, {"status", 200.0}, {"empty", std::string()}});
  CHECK_THAT(lines, Catch::EndsWith("Z warning a\\x0ab path=\"/x y\\x0d\\x0a\"\" bad=\\xff status=200 empty=\"\"\n"));
  CHECK(std::count(lines.begin(), lines.end(), '\n') == 1);
  CHECK_FALSE(text.shows(ServerLog::Level::debug));

  lines.clear();
  ServerLog json({ServerLog::Level::debug, true}, to);
  json.write(ServerLog::Level::debug, "a\nb", {{"path", std::string("\xff\"")}, {"ms", 0.25}});
  rapidjson::Document document;
  document.Parse(lines.c_str());
  REQUIRE_FALSE(document.HasParseError());
  CHECK(std::string(document["level"].GetString()) == "debug");
  CHECK(std::string(document["message"].GetString()) == "a\\x0ab");
  CHECK(std::string(document["path"].GetString()) == "\\xff\"");
  CHECK(document["ms"].GetDouble() == 0.25);
  CHECK(document["time"].GetStringLength() == 24);
  CHECK(ServerLog::levelFrom("error") == ServerLog::Level::error);
  CHECK(ServerLog::levelFrom("what") == ServerLog::Level::info);
}

TEST_CASE("metrics are Prometheus' text format", "[server]") {
  Metrics metrics;
  metrics.gauge("troupe_runs", "Runs that are\nunder way \\ now.", [] { return 2.0; });
  metrics.add(Metrics::Kind::counter, "troupe_samples_total", "Samples.", [] {
    return std::vector<Metrics::Sample>{{{{"state", "saved"}}, 3}, {{{"state", "a\"b\\c\n"}, {"x", "y"}}, 1e100}};
  });
  metrics.request("GET", "/api/v1/runs/{run}", 200, 0.003);
  metrics.request("GET", "/api/v1/runs/{run}", 200, 7);
  metrics.request("GET", "/api/v1/runs/{run}", 404, 100);
  metrics.request("BREW", "none", 405, 0);
  const auto text = metrics.text();
  CHECK_THAT(text,
             Catch::Contains(
                 "# HELP troupe_runs Runs that are\\nunder way \\\\ now.\n# TYPE troupe_runs gauge\ntroupe_runs 2\n"));
  CHECK_THAT(text, Catch::Contains("# TYPE troupe_samples_total counter\ntroupe_samples_total{state=\"saved\"} 3\n"
                                   "troupe_samples_total{state=\"a\\\"b\\\\c\\n\",x=\"y\"} 1e+100\n"));
  CHECK_THAT(text, Catch::Contains(
                       "troupe_http_requests_total{method=\"GET\",route=\"/api/v1/runs/{run}\",code=\"200\"} 2\n"));
  CHECK_THAT(text, Catch::Contains("troupe_http_requests_total{method=\"other\",route=\"none\",code=\"405\"} 1\n"));
  const std::string series = "troupe_http_request_duration_seconds";
  const std::string labels = "{method=\"GET\",route=\"/api/v1/runs/{run}\"";
  CHECK_THAT(text, Catch::Contains(series + "_bucket" + labels + ",le=\"0.0025\"} 0\n"));
  CHECK_THAT(text, Catch::Contains(series + "_bucket" + labels + ",le=\"0.005\"} 1\n"));
  CHECK_THAT(text, Catch::Contains(series + "_bucket" + labels + ",le=\"10\"} 2\n"));
  CHECK_THAT(text, Catch::Contains(series + "_bucket" + labels + ",le=\"+Inf\"} 3\n"));
  CHECK_THAT(text, Catch::Contains(series + "_sum" + labels + "} 107.003\n"));
  CHECK_THAT(text, Catch::Contains(series + "_count" + labels + "} 3\n"));
  CHECK(text.back() == '\n');

  CHECK_THROWS_WITH(metrics.gauge("troupe_runs", "", nullptr), "there is a metric troupe_runs");
  CHECK_THROWS_WITH(metrics.gauge("1x", "", nullptr), "\"1x\" is no name of a metric");
  CHECK_THROWS_WITH(metrics.counter("troupe_x", "", nullptr), "the counter troupe_x does not end with _total");
}

TEST_CASE("the process tells its own figures", "[server]") {
  Metrics metrics;
  addProcessMetrics(metrics);
  const auto text = metrics.text();
  const auto value = [&](const std::string& name) {
    const auto at = text.find("\n" + name + " ");
    REQUIRE(at != std::string::npos);
    return std::stod(text.substr(at + name.size() + 2));
  };
  CHECK(value("process_cpu_seconds_total") > 0);
  CHECK(value("process_resident_memory_bytes") > 1e6);
  CHECK(value("process_virtual_memory_bytes") >= value("process_resident_memory_bytes"));
  CHECK(value("process_open_fds") >= 3);
  CHECK(value("process_max_fds") >= value("process_open_fds"));
  CHECK(value("process_start_time_seconds") > 1.7e9);
}
