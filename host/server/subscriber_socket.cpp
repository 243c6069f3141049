#include "server/subscriber_socket.hpp"

#include <Poco/Exception.h>
#include <Poco/Net/SocketImpl.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <utility>

namespace troupe::server {
namespace {

constexpr std::size_t kRecord = 16u << 10;      // What one TLS record holds.
constexpr std::uint32_t kMaxHeard = 64u << 10;  // A watcher has nothing to say after its request.
constexpr int kMaxUnsent = 256 << 10;           // Kept by the kernel for a slow reader, beside what is on its way.

// What the kernel tells goes on behind what the C library knows of it.
struct TcpInfo {
  tcp_info known;
  std::uint64_t pacing_rate, max_pacing_rate, bytes_acked;
};
static_assert(offsetof(TcpInfo, bytes_acked) == 120);

void setOption(int fd, int level, int option, int value) { ::setsockopt(fd, level, option, &value, sizeof value); }

}  // namespace

SubscriberSocket::SubscriberSocket(const Poco::Net::StreamSocket& socket)
    : socket_(socket), fd_(socket_.impl()->sockfd()) {
  if (socket_.secure()) tls_ = std::make_unique<std::string>();
  setOption(fd_, IPPROTO_TCP, TCP_NODELAY, 1);
  // Not TCP_USER_TIMEOUT: behind a small window the kernel would also give up a reader that is only slow.
  setOption(fd_, SOL_SOCKET, SO_KEEPALIVE, 1);
  setOption(fd_, IPPROTO_TCP, TCP_KEEPIDLE, 30);
  setOption(fd_, IPPROTO_TCP, TCP_KEEPINTVL, 10);
  setOption(fd_, IPPROTO_TCP, TCP_KEEPCNT, 3);
  setOption(fd_, IPPROTO_TCP, TCP_NOTSENT_LOWAT, kMaxUnsent);
  try {
    socket_.setBlocking(false);
    if (!tls_) return;
    // Poco's secure socket asks the socket below it whether it blocks, and that one does not know. It then polls for
    // this time, and throws.
    socket_.setSendTimeout({});
    socket_.setReceiveTimeout({});
  } catch (const Poco::Exception&) {  // It has gone already; the first write says so.
  }
}

SubscriberSocket::State SubscriberSocket::write(const iovec* pieces, std::size_t count, std::size_t& taken) {
  taken = 0;
  return tls_ ? writeSecure(pieces, count, taken) : writePlain(pieces, count, taken);
}

SubscriberSocket::State SubscriberSocket::writePlain(const iovec* pieces, std::size_t count, std::size_t& taken) {
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(pieces);
  message.msg_iovlen = count;
  std::size_t offered = 0;
  for (std::size_t i = 0; i < count; ++i) offered += pieces[i].iov_len;
  for (;;) {
    const auto written = ::sendmsg(fd_, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (written >= 0) {
      taken = static_cast<std::size_t>(written);
      return taken == offered ? State::open : State::blocked;  // The kernel has noted that it owes us an EPOLLOUT.
    }
    if (errno == EINTR) continue;
    if (errno == EAGAIN) return State::blocked;
    error_ = errno;
    return State::gone;
  }
}

SubscriberSocket::State SubscriberSocket::writeSecure(const iovec* pieces, std::size_t count, std::size_t& taken) {
  std::size_t at = 0, offset = 0;
  for (;;) {
    if (const auto state = flush(); state != State::open) return state;
    for (; at < count && tls_->size() < kRecord; offset = 0, ++at) {
      const auto size = std::min(pieces[at].iov_len - offset, kRecord - tls_->size());
      tls_->append(static_cast<const char*>(pieces[at].iov_base) + offset, size);
      taken += size;
      offset += size;
      if (offset < pieces[at].iov_len) break;
    }
    if (tls_->empty()) return State::open;
  }
}

SubscriberSocket::State SubscriberSocket::flush() {
  if (!pending()) return State::open;
  try {
    const int written = socket_.sendBytes(tls_->data(), static_cast<int>(tls_->size()));
    if (written < 0) return State::blocked;  // ERR_SSL_WANT_READ or ERR_SSL_WANT_WRITE.
    if (written == 0) return State::gone;
    if (static_cast<std::size_t>(written) < tls_->size())
      tls_->erase(0, static_cast<std::size_t>(written));
    else
      std::string().swap(*tls_);  // Idle ones keep no memory.
    return State::open;
  } catch (const Poco::TimeoutException&) {
    return State::blocked;
  } catch (const Poco::Exception&) {
    return State::gone;
  }
}

SubscriberSocket::State SubscriberSocket::discard() {
  char buffer[4096];
  while (heard_ <= kMaxHeard) {
    ssize_t got = 0;
    if (tls_) {
      try {
        got = socket_.receiveBytes(buffer, sizeof buffer);
      } catch (const Poco::TimeoutException&) {
        return State::open;
      } catch (const Poco::Exception&) {
        return State::gone;
      }
      if (got < 0) return State::open;
    } else {
      got = ::recv(fd_, buffer, sizeof buffer, MSG_DONTWAIT);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0 && errno == EAGAIN) return State::open;
      if (got < 0) error_ = errno;
    }
    if (got <= 0) return State::gone;
    heard_ += static_cast<std::uint32_t>(got);
  }
  return State::gone;
}

bool SubscriberSocket::allConfirmed() const {
  int bytes = 0;
  return ::ioctl(fd_, SIOCOUTQ, &bytes) != 0 || bytes == 0;
}

std::uint64_t SubscriberSocket::confirmed() const {
  TcpInfo info{};
  socklen_t size = sizeof info;
  return ::getsockopt(fd_, IPPROTO_TCP, TCP_INFO, &info, &size) == 0 ? info.bytes_acked : 0;
}

bool SubscriberSocket::timedOut() {
  if (error_ == 0) {
    socklen_t size = sizeof error_;
    ::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error_, &size);
  }
  return error_ == ETIMEDOUT;
}

void SubscriberSocket::finish() {
  try {
    if (tls_) socket_.shutdown();
  } catch (const Poco::Exception&) {
  }
  ::shutdown(fd_, SHUT_WR);
}

void SubscriberSocket::close() {
  try {
    socket_.close();
  } catch (const Poco::Exception&) {
  }
}

}  // namespace troupe::server
