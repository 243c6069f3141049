#include <sys/stat.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>

#include "host/config/test_types.hpp"
#include "server/server_config.hpp"
#include "support/json_schema.hpp"
#include "support/sha256.hpp"
#include "support/temp_dir.hpp"

using namespace troupe;
using namespace troupe::server;

namespace {

namespace fs = std::filesystem;

/// A folder for server.json with what it may name.
struct Place {
  test::TempDir base;
  Place() {
    base.write("key.pem", "x");
    base.write("certificate.pem", "x");
    base.write("train.json", "{}");
    base.write("folder/x", "x");
    base.write("user/troupe/none", "");
    ::setenv("XDG_CONFIG_HOME", (base / "user").c_str(), 1);
    ::setenv("XDG_DATA_HOME", (base / "share").c_str(), 1);
    ::setenv("TEST_TOKEN", "a token of some length", 1);
    ::setenv("TEST_SHORT", "s3cr3t", 1);
    ::unsetenv("TEST_ABSENT");
  }
  ~Place() {
    for (const auto* name : {"XDG_CONFIG_HOME", "XDG_DATA_HOME", "TEST_TOKEN", "TEST_SHORT"}) ::unsetenv(name);
  }
  ServerConfig read(const std::string& text, const ServerOverrides& overrides = {}) const {
    return readServerConfig(text, base / "server.json", test::TestTypes(), overrides);
  }
  std::string refusal(const std::string& text, const ServerOverrides& overrides = {}) const {
    std::string report = "accepted";
    try {
      read(text, overrides);
    } catch (const Problems& problems) {
      CHECK(problems.code() == ExitCode::usage);
      report = problems.what();
    }
    const auto folder = base.path().string();
    for (auto at = report.find(folder); at != std::string::npos; at = report.find(folder, at))
      report.replace(at, folder.size(), "{base}");
    return report;
  }
};

}  // namespace

// TROUPE_WRITE_EXPECTED=1 writes the reports instead of comparing them; look at each one before you commit it.
TEST_CASE("each defective server.json gets exactly the report beside it", "[server]") {
  const Place place;
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(TROUPE_TEST_DATA "/server"))
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  REQUIRE(files.size() > 35);
  for (const auto& file : files) {
    CAPTURE(file.filename().string());
    const auto report = place.refusal(test::readFile(file));
    const auto expected = fs::path(file).replace_extension(".expected");
    if (std::getenv("TROUPE_WRITE_EXPECTED") != nullptr) std::ofstream(expected) << report << '\n';
    CHECK(report + '\n' == test::readFile(expected));
    CHECK(report != "accepted");
    CHECK(report.find("hunter2") == std::string::npos);
    CHECK(report.find("s3cr3t") == std::string::npos);
  }
}

TEST_CASE("what server.json does not say has a default", "[server]") {
  const Place place;
  const auto config = place.read("{}");
  CHECK(config.address == "127.0.0.1");
  CHECK(config.port == 7878);
  CHECK_FALSE(config.any_port);
  CHECK(config.tokens.empty());
  CHECK_FALSE(config.tls.on());
  CHECK(config.data == place.base / "share/troupe");
  CHECK(config.secrets == place.base / "user/troupe/secrets.json");
  CHECK(config.limits.head_bytes == 32768);
  CHECK(config.limits.body_bytes == 16777216);
  CHECK(config.limits.connections == 256);
  CHECK(config.runs.at_once == 2);
  CHECK(config.log.level == "info");
  CHECK(config.log.access);
  CHECK(loadServerConfig("", test::TestTypes()).port == 7878);
}

TEST_CASE("server.json is read with comments, and paths from its folder", "[server]") {
  const Place place;
  const auto config = place.read(R"({
    // Everything.
    "$schema": "x", "listen": "[::1]:0", "any_port": true,
    "tokens": [{ "name": "grafana", "right": "watch", "token": { "secret": "TEST_TOKEN" } }],
    "tls": { "certificate": "certificate.pem", "key": "./key.pem" },
    "public_url": "https://example.org/troupe/", "hosts": ["a.lan", "b.lan:1"], "origins": ["https://pages.example"],
    "frame_ancestors": ["https://frames.example:8443"], "private_hosts": ["127.0.0.1:11434"],
    "data": "d", "secrets": "s.json",
    "nodes": { "log": { "type": "test.sink", "options": { "path": "run.log" } }, "off": { "type": "not.there", "enabled": false } },
    "auto_train": { "pipeline": "train.json", "cancel": true },
    "limits": { "head_bytes": 2048, "body_bytes": 4096, "head_s": 1, "body_s": 2, "connections": 3, "subscribers": 4, "subscribers_per_address": 5, "stall_s": 6 },
    "runs": { "at_once": 7, "queue": 0, "resume": true },
    "log": { "level": "debug", "json": true, "access": false },
  })");
  CHECK(config.address == "::1");
  CHECK(config.port == 0);
  CHECK(config.any_port);
  REQUIRE(config.tokens.size() == 1);
  CHECK(config.tokens[0].name == "grafana");
  CHECK(config.tokens[0].right == Right::watch);
  CHECK(config.tokens[0].sha256 == sha256("a token of some length"));
  CHECK(config.tls.certificate == place.base / "certificate.pem");
  CHECK(config.tls.key == place.base / "key.pem");
  CHECK(config.public_url == "https://example.org/troupe");
  CHECK(config.hosts == std::vector<std::string>{"a.lan", "b.lan:1"});
  CHECK(config.frame_ancestors == std::vector<std::string>{"https://frames.example:8443"});
  CHECK(config.private_hosts == std::vector<std::string>{"127.0.0.1:11434"});
  CHECK(config.data == place.base / "d");
  CHECK(config.secrets == place.base / "s.json");
  REQUIRE(config.sinks.size() == 1);
  CHECK(config.sinks[0].name == "log");
  CHECK(config.sinks[0].type == "test.sink");
  CHECK(config.sinks[0].options == "{\"path\":\"" + (place.base / "run.log").string() + "\"}");
  CHECK(config.auto_train == place.base / "train.json");
  CHECK(config.auto_train_cancel);
  CHECK(config.limits.head_bytes == 2048);
  CHECK(config.limits.body_bytes == 4096);
  CHECK(config.limits.head_s == 1);
  CHECK(config.limits.body_s == 2);
  CHECK(config.limits.connections == 3);
  CHECK(config.limits.subscribers == 4);
  CHECK(config.limits.subscribers_per_address == 5);
  CHECK(config.limits.stall_s == 6);
  CHECK(config.runs.at_once == 7);
  CHECK(config.runs.queue == 0);
  CHECK(config.runs.resume);
  CHECK(config.log.level == "debug");
  CHECK(config.log.json);
  CHECK_FALSE(config.log.access);
}

TEST_CASE("the key listen takes an address, a port, or both", "[server]") {
  const Place place;
  const auto [text, address, port] = GENERATE(table<std::string, std::string, int>({
      {"127.0.0.2:80", "127.0.0.2", 80},
      {"127.0.0.2", "127.0.0.2", 7878},
      {"9000", "127.0.0.1", 9000},
      {":9000", "127.0.0.1", 9000},
      {"localhost:0", "127.0.0.1", 0},
      {"[::1]:81", "::1", 81},
      {"[::1]", "::1", 7878},
      {"::1", "::1", 7878},
  }));
  CAPTURE(text);
  const auto config = place.read("{\"listen\": \"" + text + "\"}");
  CHECK(config.address == address);
  CHECK(config.port == port);
}

TEST_CASE("the command line goes before server.json, and is checked as well", "[server]") {
  const Place place;
  ServerOverrides overrides;
  overrides.listen = "0.0.0.0:1";
  overrides.token = "TEST_TOKEN";
  overrides.data = place.base / "other/../data";
  overrides.public_url = "https://example.org";
  overrides.log_level = "error";
  overrides.log_json = true;
  overrides.any_port = true;
  const auto config = place.read(R"({ "listen": "127.0.0.1:7", "data": "d", "log": { "level": "debug" } })", overrides);
  CHECK(config.address == "0.0.0.0");
  CHECK(config.port == 1);
  REQUIRE(config.tokens.size() == 1);
  CHECK(config.tokens[0].name == "operator");
  CHECK(config.tokens[0].right == Right::operate);
  CHECK(config.data == place.base / "data");
  CHECK(config.public_url == "https://example.org");
  CHECK(config.log.level == "error");
  CHECK(config.log.json);
  CHECK(config.any_port);

  const auto with = [&](auto set) {
    ServerOverrides one;
    set(one);
    return place.refusal("{}", one);
  };
  const std::string file = "{base}/server.json: ";
  CHECK(with([](auto& o) { o.listen = "x:1"; }) ==
        file + R"(--listen: "x:1" is no IP address; write "127.0.0.1:7878", "[::1]:7878", an address or a port)");
  CHECK(with([](auto& o) { o.listen = "0.0.0.0"; }) == file +
                                                           "--listen: other machines can reach 0.0.0.0, and there are "
                                                           "no tokens; add one to \"tokens\", or listen on 127.0.0.1");
  CHECK_THAT(with([](auto& o) { o.token = "TEST_ABSENT"; }),
             Catch::StartsWith(file + "--token: the secret \"TEST_ABSENT\" is not set; "));
  CHECK_THAT(with([](auto& o) { o.public_url = "x"; }),
             Catch::StartsWith(file + "--public-url: \"x\" is no address: "));
  CHECK(with([](auto& o) { o.log_level = "loud"; }) ==
        file + "--log-level: \"loud\" is no level; known: debug, info, warning, error");
}

TEST_CASE("a token may come from the secrets file", "[server]") {
  const Place place;
  const auto secrets = place.base.write("s.json", R"({ "FILE_TOKEN": "another token of some length" })");
  const std::string text =
      R"({ "secrets": "s.json", "tokens": [{ "name": "ops", "right": "operate", "token": { "secret": "FILE_TOKEN" } }] })";
  ::chmod(secrets.c_str(), 0644);
  CHECK_THAT(place.refusal(text), Catch::Contains("/tokens/0/token: the secrets file cannot be used: ") &&
                                      Catch::Contains("others may read"));
  ::chmod(secrets.c_str(), 0600);
  CHECK(place.read(text).tokens.at(0).sha256 == sha256("another token of some length"));
}

TEST_CASE("a server.json that cannot be read is refused with the reason", "[server]") {
  const Place place;
  CHECK_THROWS_WITH(loadServerConfig(place.base / "none.json", test::TestTypes()),
                    (place.base / "none.json").string() + ": cannot be read: No such file or directory");
  const auto file = place.base.write("good.json", R"({ "listen": "9000" })");
  CHECK(loadServerConfig(file, test::TestTypes()).port == 9000);
}

TEST_CASE("the schema of server.json is one", "[server]") {
  std::vector<Problem> problems;
  CHECK(JsonSchema::compile(serverSchema(), problems).has_value());
  CHECK(problems.empty());
}
