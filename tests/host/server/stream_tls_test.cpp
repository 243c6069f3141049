#include <Poco/Net/Context.h>
#include <Poco/Net/NetSSL.h>
#include <Poco/Net/SecureServerSocket.h>
#include <Poco/Net/SecureStreamSocket.h>
#include <Poco/Net/SecureStreamSocketImpl.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <catch2/catch.hpp>
#include <cstdio>
#include <future>

#include "host/server/stream_rig.hpp"
#include "support/temp_dir.hpp"

using namespace troupe::test;
namespace net = Poco::Net;

namespace {

/// A key and a certificate for localhost that it signs itself.
void makeCertificate(const std::filesystem::path& key_file, const std::filesystem::path& certificate_file) {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"), EVP_PKEY_free);
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(), X509_free);
  X509_set_version(certificate.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -60);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
  X509_set_pubkey(certificate.get(), key.get());
  auto* name = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("localhost"), -1, -1, 0);
  X509_set_issuer_name(certificate.get(), name);
  REQUIRE(X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0);
  const auto write = [](const std::filesystem::path& file, auto put) {
    const std::unique_ptr<std::FILE, decltype(&std::fclose)> out(std::fopen(file.c_str(), "w"), std::fclose);
    REQUIRE(put(out.get()) == 1);
  };
  write(key_file,
        [&](std::FILE* out) { return PEM_write_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr); });
  write(certificate_file, [&](std::FILE* out) { return PEM_write_X509(out, certificate.get()); });
}

/// TLS connections over loopback.
class SecureLoopback {
 public:
  SecureLoopback() {
    makeCertificate(folder_ / "key.pem", folder_ / "certificate.pem");
    const net::Context::Ptr context(new net::Context(net::Context::TLS_SERVER_USE, (folder_ / "key.pem").string(),
                                                     (folder_ / "certificate.pem").string(), "",
                                                     net::Context::VERIFY_NONE));
    server_ = std::make_unique<net::SecureServerSocket>(net::SocketAddress("127.0.0.1", 0), 64, context);
    client_context_ = new net::Context(net::Context::TLS_CLIENT_USE, "", "", (folder_ / "certificate.pem").string(),
                                       net::Context::VERIFY_NONE);
  }
  /// The client's end first, after the handshake; the server's as an HTTP server leaves it, with timeouts.
  std::pair<net::StreamSocket, net::StreamSocket> connect() {
    auto accepted = std::async(std::launch::async, [this] {
      net::StreamSocket socket = server_->acceptConnection();
      socket.setReceiveTimeout(Poco::Timespan(30, 0));
      socket.setSendTimeout(Poco::Timespan(30, 0));
      static_cast<net::SecureStreamSocketImpl*>(socket.impl())->completeHandshake();
      return socket;
    });
    net::SecureStreamSocket client(server_->address(), client_context_);
    return {client, accepted.get()};
  }

 private:
  TempDir folder_;
  std::unique_ptr<net::SecureServerSocket> server_;
  net::Context::Ptr client_context_;
};

}  // namespace

TEST_CASE("TLS readers get what plain ones get") {
  SecureLoopback loopback;
  StreamHub::StreamSpec spec;
  spec.bye = [] { return bytes("bye\n"); };
  StreamHub::Options options;
  options.ring_frames = 50;
  StreamRig rig(options, spec);
  std::atomic<int> gone{0};
  std::vector<LineReader> readers;
  for (int i = 0; i < 3; ++i) {
    auto [client, server] = loopback.connect();
    REQUIRE(rig.hub.subscribe(rig.stream, {handOver(server), "a", 0, 0, "hello\n", [&] { ++gone; }}) ==
            StreamHub::Refusal::none);
    readers.emplace_back(client);
  }
  auto plain = rig.join();
  constexpr std::int64_t kFrames = 2000;
  std::jthread publisher([&] {
    for (std::int64_t id = 1; id <= kFrames; ++id) rig.publish(id, 1, static_cast<std::size_t>(id * 37 % 3000));
  });
  std::vector<std::jthread> threads;
  std::atomic<int> wrong{0};
  for (auto& reader : readers)
    threads.emplace_back([&] {
      countFailure(wrong, [&] {
        if (reader.next() != "hello") ++wrong;
        for (std::int64_t id = 1; id <= kFrames; ++id) {
          const auto padding = static_cast<std::size_t>(id * 37 % 3000);
          if (reader.next() != std::to_string(id) + (padding != 0 ? " " + std::string(padding, 'x') : "")) ++wrong;
        }
      });
    });
  for (auto& thread : threads) thread.join();
  publisher.join();
  CHECK(wrong == 0);
  for (std::int64_t id = 1; id <= kFrames; ++id) REQUIRE(plain.id() == id);
  std::jthread closer([&] { rig.hub.shutdown(10s); });
  for (auto& reader : readers) {
    CHECK(reader.next() == "bye");
    CHECK(reader.next() == std::nullopt);
    reader.socket().close();
  }
  plain.socket().close();
  closer.join();
  CHECK(gone == 3);
}

TEST_CASE("a TLS reader that never reads holds up nobody and is dropped, and one that goes away is noticed") {
  SecureLoopback loopback;
  StreamHub::Options options;
  options.stall = 400ms;
  StreamRig rig(options);
  std::atomic<int> gone{0};
  auto [stalled, stalled_server] = loopback.connect();
  REQUIRE(rig.hub.subscribe(rig.stream, {handOver(stalled_server), "a", 0, 0, "hello\n", [&] { ++gone; }}) ==
          StreamHub::Refusal::none);
  auto [leaving, leaving_server] = loopback.connect();
  std::atomic<int> left{0};
  REQUIRE(rig.hub.subscribe(rig.stream, {handOver(leaving_server), "a", 0, 0, "hello\n", [&] { ++left; }}) ==
          StreamHub::Refusal::none);
  leaving.close();
  waitUntil([&] { return left == 1; });
  auto healthy = rig.join();
  const auto began = std::chrono::steady_clock::now();
  auto slowest = 0ns;
  for (std::int64_t id = 1; gone == 0; ++id) {
    REQUIRE(std::chrono::steady_clock::now() - began < 20s);
    const auto at = std::chrono::steady_clock::now();
    rig.publish(id, 1, 20'000);
    REQUIRE(healthy.id() == id);
    slowest = std::max<std::chrono::nanoseconds>(slowest, std::chrono::steady_clock::now() - at);
    std::this_thread::sleep_for(1ms);
  }
  CHECK(slowest < options.stall);
  CHECK(rig.hub.figures().dropped_stalled == 1);
  CHECK(rig.hub.figures().subscribers == 1);
}
