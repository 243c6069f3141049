#include "server/listening.hpp"

#include <Poco/Exception.h>
#include <Poco/Net/Context.h>
#include <Poco/Net/IPAddress.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/NetSSL.h>
#include <Poco/Net/SecureServerSocket.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "config/text_file.hpp"

namespace troupe::server {
namespace {

constexpr int kBacklog = 512;
constexpr int kPortsTried = 100;
constexpr std::size_t kMaxPem = std::size_t{1} << 20;

[[noreturn]] void refuse(const std::string& sentence) { throw Failure(ExitCode::usage, sentence); }

std::string readPem(const std::filesystem::path& file, const std::string& what) {
  std::vector<Problem> problems;
  auto text = config::readTextFile(file, kMaxPem, problems);
  if (!text) refuse(what + ": " + file.string() + ": " + problems.at(0).fact);
  if (text->find("-----BEGIN ") == std::string::npos) refuse(what + ": " + file.string() + " is no PEM file");
  return *text;
}

Poco::Net::Context::Ptr makeContext(const ServerConfig::Tls& tls, ServerLog& log) {
  readPem(tls.certificate, "the TLS certificate");
  const auto key = readPem(tls.key, "the TLS key");
  if (key.find("ENCRYPTED") != std::string::npos)
    refuse("the TLS key: " + tls.key.string() +
           " is encrypted; write it without a passphrase, readable by its owner only");
  struct stat status {};
  if (::stat(tls.key.c_str(), &status) == 0 && (status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    log.write(ServerLog::Level::warning, "others can read the TLS key; chmod 600 " + tls.key.string());
  Poco::Net::initializeSSL();
  Poco::Net::Context::Ptr context;
  try {
    context = new Poco::Net::Context(Poco::Net::Context::TLS_SERVER_USE, tls.key.string(), tls.certificate.string(), "",
                                     Poco::Net::Context::VERIFY_NONE, 9, false, "HIGH:!aNULL:!MD5:!kRSA");
  } catch (const Poco::Exception& error) {
    ::ERR_clear_error();
    refuse("TLS with " + tls.certificate.string() + " and " + tls.key.string() + ": " + error.displayText());
  }
  if (::SSL_CTX_check_private_key(context->sslContext()) != 1) {
    ::ERR_clear_error();
    refuse("the TLS key " + tls.key.string() + " does not belong to the certificate " + tls.certificate.string());
  }
  context->requireMinimumProtocol(Poco::Net::Context::PROTO_TLSV1_2);
  ::SSL_CTX_set_options(context->sslContext(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  return context;
}

/// Listens; nothing when the port is in use.
bool listenOn(Poco::Net::ServerSocket& socket, const Poco::Net::SocketAddress& address) {
  try {
    if (address.family() == Poco::Net::AddressFamily::IPv6)
      socket.bind6(address, true, false, false);
    else
      socket.bind(address, true, false);  // Another server on the same port is an error, not a partner.
    socket.listen(kBacklog);
  } catch (const Poco::Net::NetException& error) {
    if (error.code() == EADDRINUSE) return false;
    throw;
  }
  ::fcntl(static_cast<int>(socket.impl()->sockfd()), F_SETFD, FD_CLOEXEC);
  return true;
}

}  // namespace

bool isLoopback(const std::string& address) {
  Poco::Net::IPAddress parsed;
  return address == "localhost" || (Poco::Net::IPAddress::tryParse(address, parsed) && parsed.isLoopback());
}

Poco::Net::ServerSocket listenAs(const ServerConfig& config, ServerLog& log) {
  const auto context = config.tls.on() ? makeContext(config.tls, log) : Poco::Net::Context::Ptr();
  const auto where = config.address + " port " + std::to_string(config.port);
  try {
    const int tries = config.any_port && config.port != 0 ? kPortsTried : 1;
    for (int i = 0; i <= tries; ++i) {
      if (i == tries && !config.any_port) break;
      const int port = i == tries || config.port + i > 65535 ? 0 : config.port + i;
      const Poco::Net::SocketAddress address(config.address, static_cast<Poco::UInt16>(port));
      // A socket without an address has no descriptor yet: binding makes it.
      Poco::Net::ServerSocket socket =
          context ? Poco::Net::ServerSocket(Poco::Net::SecureServerSocket(context)) : Poco::Net::ServerSocket();
      if (listenOn(socket, address)) return socket;
    }
  } catch (const Poco::Exception& error) {
    refuse("cannot listen on " + where + ": " + error.displayText());
  }
  refuse("cannot listen on " + where + ": the port is in use; name another one with \"listen\" or --listen");
}

}  // namespace troupe::server
