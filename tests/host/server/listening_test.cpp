#include <Poco/Net/Context.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/HTTPSClientSession.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/SecureStreamSocket.h>
#include <Poco/StreamCopier.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "support/sha256.hpp"
#include "support/temp_dir.hpp"
#include "support/test_server.hpp"
#include "support/tls_files.hpp"

using namespace troupe;
using namespace troupe::server;
using test::TestServer;

namespace {

void addHello(Router& router) {
  router.add({"GET", "/hello", Right::watch, [](Exchange& x) { x.json(200, "{}"); }, false});
  router.add({"GET", "/big", Right::watch, [](Exchange& x) { x.send(200, "text/plain", std::string(1'000'000, 'x')); },
              false});
  router.add({"POST", "/echo", Right::watch, [](Exchange& x) { x.send(200, "text/plain", x.body()); }, false});
  router.add({"GET", "/detach", Right::watch,
              [](Exchange& x) {
                auto socket = x.detach();
                socket.sendBytes("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nfreely", 44);
                socket.shutdown();
              },
              false});
}

/// What start() says of the configuration.
std::string refusal(const ServerConfig& config) {
  Router router;
  ServerLog log({}, [](std::string_view) {});
  Metrics metrics;
  HttpServer server(config, router, log, metrics);
  try {
    server.start();
  } catch (const Failure& failure) {
    CHECK(failure.code() == ExitCode::usage);
    return failure.what();
  }
  return "listens on " + server.url();
}

struct TlsFiles {
  test::TempDir folder;
  std::filesystem::path certificate = folder / "certificate.pem", key = folder / "key.pem";
  TlsFiles() { test::writeTlsFiles(certificate, key); }
  ServerConfig config() const {
    ServerConfig config;
    config.port = 0;
    config.tls = {certificate, key};
    return config;
  }
};

Poco::Net::Context::Ptr clientContext() {
  return new Poco::Net::Context(Poco::Net::Context::TLS_CLIENT_USE, "", Poco::Net::Context::VERIFY_NONE);
}

}  // namespace

TEST_CASE("an address that others reach needs a token", "[server]") {
  ServerConfig config;
  config.port = 0;
  const auto address = GENERATE(as<std::string>(), "0.0.0.0", "::", "192.0.2.1");
  config.address = address;
  CHECK(refusal(config) == "other machines can reach " + address +
                               ", so a token is needed: add one to \"tokens\" of server.json, or listen on 127.0.0.1");
  config.tokens = {{"ops", Right::operate, sha256("operate-token-01")}};
  if (address == "0.0.0.0") CHECK_THAT(refusal(config), Catch::StartsWith("listens on http://127.0.0.1:"));
}

TEST_CASE("a port that is in use is an error, or the next one is taken", "[server]") {
  const TestServer first;
  ServerConfig config;
  config.port = first.port();
  CHECK(refusal(config) == "cannot listen on 127.0.0.1 port " + std::to_string(first.port()) +
                               ": the port is in use; name another one with \"listen\" or --listen");
  config.any_port = true;
  const auto listens = refusal(config);
  CHECK_THAT(listens, Catch::StartsWith("listens on http://127.0.0.1:"));
  CHECK(listens != "listens on " + first.http.url());
  config.address = "192.0.2.1";  // An address that no machine has.
  config.tokens = {{"ops", Right::operate, sha256("operate-token-01")}};
  CHECK_THAT(refusal(config),
             Catch::StartsWith("cannot listen on 192.0.2.1 port " + std::to_string(first.port()) + ": "));
}

TEST_CASE("a port is free again once the server has stopped", "[server]") {
  ServerConfig config;
  config.port = 0;
  auto first = std::make_unique<TestServer>();
  config.port = first->port();
  CHECK(first->get("/healthz").status == 200);
  first.reset();
  CHECK(refusal(config) == "listens on http://127.0.0.1:" + std::to_string(config.port));
}

TEST_CASE("with TLS the server answers over TLS, and cookies are Secure", "[server]") {
  const TlsFiles files;
  auto config = files.config();
  config.tokens = {{"ops", Right::operate, sha256("operate-token-01")}};
  const TestServer server(addHello, config);
  CHECK_THAT(server.http.url(), Catch::StartsWith("https://127.0.0.1:"));
  Poco::Net::HTTPSClientSession session("127.0.0.1", server.port(), clientContext());
  session.setKeepAlive(true);
  const auto ask = [&](const std::string& method, const std::string& path, const std::string& body,
                       Poco::Net::HTTPResponse& response) {
    Poco::Net::HTTPRequest request(method, path, "HTTP/1.1");
    request.set("Authorization", "Bearer operate-token-01");
    request.set("Origin", "https://" + server.host());
    if (!body.empty()) request.setContentType("application/json");
    request.setContentLength(static_cast<std::streamsize>(body.size()));
    session.sendRequest(request) << body;
    std::string text;
    Poco::StreamCopier::copyToString(session.receiveResponse(response), text);
    return text;
  };
  Poco::Net::HTTPResponse response;
  CHECK(ask("GET", "/hello", "", response) == "{}");
  CHECK(ask("GET", "/big", "", response).size() == 1'000'000);
  CHECK(ask("POST", "/echo", std::string(300'000, 'y'), response).size() == 300'000);
  ask("POST", "/api/v1/session", R"({"token":"operate-token-01"})", response);
  CHECK(response.getStatus() == 200);
  CHECK_THAT(response.get("Set-Cookie"), Catch::EndsWith("; SameSite=Strict; Secure"));
  CHECK(ask("GET", "/detach", "", response) == "freely");
}

TEST_CASE("what is no TLS, or an old one, gets nothing from a TLS server", "[server]") {
  const TlsFiles files;
  HttpServer::Tuning tuning;
  tuning.wire.emplace();
  tuning.wire->head = std::chrono::milliseconds(300);
  const TestServer server(addHello, files.config(), {}, tuning);
  CHECK(server.get("/hello").status == 0);
  CHECK_THAT(server.connect().rest(), !Catch::Contains("HTTP"));  // A handshake that never begins.
  Poco::Net::Context::Ptr old = clientContext();
  old->disableProtocols(Poco::Net::Context::PROTO_TLSV1_2 | Poco::Net::Context::PROTO_TLSV1_3);
  const Poco::Net::SocketAddress address("127.0.0.1", server.port());
  CHECK_THROWS_AS(Poco::Net::SecureStreamSocket(address, old).completeHandshake(), Poco::Exception);
  Poco::Net::Context::Ptr good = clientContext();
  CHECK_NOTHROW(Poco::Net::SecureStreamSocket(address, good).completeHandshake());
}

TEST_CASE("TLS files that cannot be used are refused at the start, with the reason", "[server]") {
  const TlsFiles files, others;
  const auto with = [](const std::filesystem::path& certificate, const std::filesystem::path& key) {
    ServerConfig config;
    config.port = 0;
    config.tls = {certificate, key};
    return refusal(config);
  };
  const auto none = files.folder / "none.pem";
  CHECK(with(none, files.key) ==
        "the TLS certificate: " + none.string() + ": cannot be read: No such file or directory");
  CHECK(with(files.certificate, none) ==
        "the TLS key: " + none.string() + ": cannot be read: No such file or directory");
  const auto text = files.folder.write("text.pem", "hello");
  CHECK(with(text, files.key) == "the TLS certificate: " + text.string() + " is no PEM file");
  const auto broken =
      files.folder.write("broken.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
  CHECK_THAT(with(broken, files.key),
             Catch::StartsWith("TLS with " + broken.string() + " and " + files.key.string() + ": "));
  const auto encrypted = files.folder.write(
      "encrypted.pem", "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n");
  CHECK_THAT(with(files.certificate, encrypted), Catch::Contains("is encrypted"));
  CHECK(with(files.certificate, others.key) ==
        "the TLS key " + others.key.string() + " does not belong to the certificate " + files.certificate.string());
  CHECK_THAT(with(files.certificate, files.key), Catch::StartsWith("listens on https://127.0.0.1:"));
}

TEST_CASE("a TLS key that others can read is warned of", "[server]") {
  const TlsFiles files;
  CHECK_THAT(TestServer(addHello, files.config()).logged(), !Catch::Contains("others can read"));
  ::chmod(files.key.c_str(), 0644);
  CHECK_THAT(TestServer(addHello, files.config()).logged(),
             Catch::Contains("warning others can read the TLS key; chmod 600 " + files.key.string()));
}
