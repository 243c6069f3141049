#include <Poco/Net/Context.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/Net/NetSSL.h>
#include <Poco/Net/SecureServerSocket.h>

#include <catch2/catch.hpp>

#include "http_rig.hpp"
#include "support/http_server.hpp"
#include "support/process.hpp"
#include "support/temp_dir.hpp"

using namespace troupe;
using namespace troupe::test;

namespace {

/// A server with a certificate for the name "localhost", signed by nobody but itself.
class TlsServer {
 public:
  TlsServer()
      : server_(&TlsServer::answer,
                Poco::Net::SecureServerSocket(Poco::Net::SocketAddress("127.0.0.1", 0), 64, context())) {}
  std::filesystem::path certificate() const { return dir_ / "cert.pem"; }
  std::string url(const std::string& host) const { return server_.url("/", "https", host); }
  std::size_t requests() const { return server_.received().size(); }

 private:
  static void answer(const Received&, Poco::Net::HTTPServerResponse& response) {
    response.setContentLength(2);
    response.send() << "ok";
  }
  Poco::Net::Context::Ptr context() {
    ProcessOptions options;
    options.folder = dir_.path();
    options.environment = {"PATH=/usr/bin:/bin"};
    Process openssl({"/usr/bin/openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out",
                     "cert.pem", "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"},
                    options);
    if (openssl.wait().code != 0) throw std::runtime_error(openssl.printed());
    return new Poco::Net::Context(Poco::Net::Context::SERVER_USE, (dir_ / "key.pem").string(), certificate().string(),
                                  "", Poco::Net::Context::VERIFY_NONE);
  }
  const TempDir dir_;
  HttpServer server_;
};

}  // namespace

TEST_CASE("TLS is verified: authority and name", "[http]") {
  const TlsServer server;
  {
    services::HttpOptions options;
    options.ca_file = server.certificate();
    HttpRig rig({"127.0.0.1", "localhost"}, options);
    const auto trusted = rig.request(get(server.url("localhost")));
    CHECK(trusted.code == TROUPE_OK);
    CHECK(trusted.body == "ok");
    const auto other_name = rig.request(get(server.url("127.0.0.1")));
    CHECK(other_name.code == TROUPE_E_PERMANENT_REQUEST);
    CHECK_THAT(other_name.failure.value().message,
               Catch::StartsWith("GET 127.0.0.1: its certificate is not trusted: "));
  }
  HttpRig rig;
  const auto unknown = rig.request(get(server.url("localhost")));
  CHECK(unknown.code == TROUPE_E_PERMANENT_REQUEST);
  CHECK_THAT(unknown.failure.value().message,
             Catch::StartsWith("GET localhost: its certificate is not trusted: ") &&
                 Catch::EndsWith("; add its authority to this machine's certificates"));
  services::HttpOptions missing;
  missing.ca_file = "/no/such/file.pem";
  HttpRig no_file({"localhost"}, missing);
  CHECK(no_file.request(get(server.url("localhost"))).code == TROUPE_E_PERMANENT_REQUEST);
  CHECK(server.requests() == 1);
}
