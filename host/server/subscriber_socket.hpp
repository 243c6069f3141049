#pragma once

#include <Poco/Net/StreamSocket.h>
#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace troupe::server {

/// The connection of one subscriber, plain or TLS. No function blocks or throws. [hub's thread, after the constructor]
class SubscriberSocket {
 public:
  explicit SubscriberSocket(const Poco::Net::StreamSocket& socket);

  enum class State { open, blocked, gone };
  /// Offers pieces; `taken` says how many bytes of them need not be offered again. Open: all were taken.
  State write(const iovec* pieces, std::size_t count, std::size_t& taken);
  /// Writes what was taken but is not yet on its way (TLS only).
  State flush();
  bool pending() const { return tls_ && !tls_->empty(); }
  /// Throws away what the client sends. Gone: it has closed, or talks more than a watcher has to say.
  State discard();

  int fd() const { return fd_; }
  bool secure() const { return tls_ != nullptr; }
  /// The client's machine has all that was written.
  bool allConfirmed() const;
  /// Bytes that it has, since the connection began.
  std::uint64_t confirmed() const;
  /// The kernel gave it up because it did not answer any more.
  bool timedOut();
  /// No more will be written. Once, after everything.
  void finish();
  void close();

 private:
  State writePlain(const iovec* pieces, std::size_t count, std::size_t& taken);
  State writeSecure(const iovec* pieces, std::size_t count, std::size_t& taken);

  Poco::Net::StreamSocket socket_;
  int fd_;
  int error_ = 0;
  std::uint32_t heard_ = 0;           // Bytes that the client sent.
  std::unique_ptr<std::string> tls_;  // One record: OpenSSL wants the same bytes at the same place again. Null: plain.
};

}  // namespace troupe::server
