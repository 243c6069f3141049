#include "services/http/transfer.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <troupe/troupe.h>

#include <algorithm>
#include <cctype>
#include <new>
#include <utility>

#include "services/http/duration_text.hpp"
#include "services/http/public_address.hpp"
#include "troupe_install.h"

namespace troupe::services {
namespace {

std::string trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return std::string(text);
}

bool same(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

}  // namespace

Transfer::Transfer(HttpOutgoing request, const HttpOptions& options, News& news)
    : request_(std::move(request)), options_(options), news_(news), easy_(curl_easy_init()) {
  if (!easy_) throw std::bad_alloc();
  setUp();
}

void Transfer::addHeader(const std::string& line) {
  auto* longer = curl_slist_append(headers_.get(), line.c_str());
  if (longer == nullptr) throw std::bad_alloc();
  if (headers_.get() != longer) headers_.reset(longer);  // It stays the same but for the first.
}

void Transfer::setUp() {
  auto* const easy = easy_.get();
  curl_easy_setopt(easy, CURLOPT_PRIVATE, static_cast<void*>(this));
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, error_.data());
  curl_easy_setopt(easy, CURLOPT_URL, request_.url.c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);  // A redirect could leave the hosts that are allowed.
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  // Or a cancel during a slow name lookup would hold up every other request.
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options_.connect_timeout.count()));
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(request_.timeout.count()));
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
  curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");  // All that it can decode.
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  curl_easy_setopt(easy, CURLOPT_USERAGENT, "troupe/" TROUPE_VERSION);
  if (!options_.ca_file.empty()) curl_easy_setopt(easy, CURLOPT_CAINFO, options_.ca_file.c_str());
  if (request_.public_only) {
    // Who connects is looked at, not a name: it may lead anywhere. A proxy would connect for us, a pooled connection
    // may be another node's.
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, static_cast<void*>(this));
    curl_easy_setopt(
        easy, CURLOPT_OPENSOCKETFUNCTION, +[](void* self, curlsocktype, curl_sockaddr* address) -> curl_socket_t {
          if (isPublicAddress(&address->addr))
            return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
          static_cast<Transfer*>(self)->refused_address_ = true;
          return CURL_SOCKET_BAD;
        });
  }
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, static_cast<void*>(this));
  curl_easy_setopt(
      easy, CURLOPT_HEADERFUNCTION, +[](char* data, std::size_t size, std::size_t count, void* self) {
        return static_cast<Transfer*>(self)->takeHeader({data, size * count});
      });
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, static_cast<void*>(this));
  curl_easy_setopt(
      easy, CURLOPT_WRITEFUNCTION, +[](char* data, std::size_t size, std::size_t count, void* self) {
        return static_cast<Transfer*>(self)->takeBody({data, size * count});
      });
  setMethod();
}

void Transfer::setMethod() {
  auto* const easy = easy_.get();
  bool typed = false;
  for (const auto& header : request_.headers) {
    typed = typed || same(header.first, "content-type");
    // libcurl's way to write a header without a value.
    addHeader(header.second.empty() ? header.first + ";" : header.first + ": " + header.second);
  }
  const bool sends =
      request_.has_body || request_.method == "POST" || request_.method == "PUT" || request_.method == "PATCH";
  if (sends) {
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request_.body.data());
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
    addHeader("Expect:");  // Nothing waits a second for leave to send.
    if (!typed) addHeader("Content-Type:");
  } else if (request_.method == "HEAD") {
    curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
  }
  if (request_.method != "HEAD" || sends) curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request_.method.c_str());
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers_.get());
}

// A server may close a connection that is kept at the very moment when it is used again. libcurl then takes another one
// by itself, but gives up after five of them that were all stale, as they are when a server closes many at once.
bool Transfer::onlyItsConnectionWasStale(CURLcode result) const {
  if (fresh_connection_ || head_bytes_ > 0 || pipe_->givenUp()) return false;
  if (result != CURLE_SEND_ERROR && result != CURLE_RECV_ERROR && result != CURLE_GOT_NOTHING) return false;
  long made = 1;
  curl_easy_getinfo(easy_.get(), CURLINFO_NUM_CONNECTS, &made);
  return made == 0;
}

void Transfer::useFreshConnection() {
  fresh_connection_ = true;
  curl_off_t used_us = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_TOTAL_TIME_T, &used_us);
  spent_ = std::chrono::microseconds(used_us);
  const auto left = request_.timeout - std::chrono::duration_cast<std::chrono::milliseconds>(spent_);
  curl_easy_setopt(easy_.get(), CURLOPT_TIMEOUT_MS, std::max<long>(1, static_cast<long>(left.count())));
  curl_easy_setopt(easy_.get(), CURLOPT_FRESH_CONNECT, 1L);
}

std::size_t Transfer::takeHeader(std::string_view line) {
  if (head_done_) return line.size();  // Trailers.
  if (line.substr(0, 5) == "HTTP/") head_ = {};
  head_bytes_ += line.size();
  if (head_bytes_ > options_.max_head) {
    broken_.emplace(TROUPE_E_MALFORMED, request_.place + ": the head of the answer is larger than " +
                                            std::to_string(options_.max_head) + " bytes");
    return 0;
  }
  if (line == "\r\n" || line == "\n") {
    long status = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
    if (status < 200) return line.size();  // Continue, early hints: the answer is still to come.
    head_.status = static_cast<int>(status);
    head_done_ = true;
    pipe_->head(std::move(head_));
    news_.add(pipe_);
    return line.size();
  }
  if (const auto colon = line.find(':'); colon != std::string_view::npos && line.substr(0, 5) != "HTTP/") {
    auto name = trimmed(line.substr(0, colon));
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
    head_.headers.emplace_back(std::move(name), trimmed(line.substr(colon + 1)));
  }
  return line.size();
}

std::size_t Transfer::takeBody(std::string_view piece) {
  if (body_bytes_ + piece.size() > options_.max_body) {
    broken_.emplace(TROUPE_E_PERMANENT_REQUEST,
                    request_.place + ": the answer is larger than " + std::to_string(options_.max_body) + " bytes");
    return 0;
  }
  if (!pipe_->body(piece)) {
    news_.add(pipe_, true);
    return CURL_WRITEFUNC_PAUSE;
  }
  body_bytes_ += piece.size();
  news_.add(pipe_);
  return piece.size();
}

// False only when there never was a connection to send it over.
bool Transfer::mayHaveSent() const {
  long request_bytes = 0;
  curl_off_t sending_us = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_REQUEST_SIZE, &request_bytes);
  curl_easy_getinfo(easy_.get(), CURLINFO_PRETRANSFER_TIME_T, &sending_us);
  return fresh_connection_ || head_bytes_ > 0 || request_bytes > 0 || sending_us > 0;
}

std::optional<HttpFailure> Transfer::failure(CURLcode result) const {
  if (broken_) return broken_;
  if (result == CURLE_OK && head_done_) return {};
  const std::string detail = error_[0] != '\0' ? trimmed(error_.data()) : curl_easy_strerror(result);
  const bool left = mayHaveSent();
  const auto say = [&](int code, const std::string& fact) {
    return HttpFailure(code, request_.place + ": " + fact, left);
  };
  if (refused_address_)
    return say(TROUPE_E_PERMANENT_REQUEST,
               "the host leads to a loopback, private or link-local address, which this pipeline may not use");
  curl_off_t total_us = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_TOTAL_TIME_T, &total_us);
  switch (result) {
    case CURLE_OPERATION_TIMEDOUT:
      if (head_done_)
        return say(TROUPE_E_TRANSIENT, "the answer was not complete within " + durationText(request_.timeout));
      if (spent_ + std::chrono::microseconds(total_us) < request_.timeout)
        return say(TROUPE_E_TRANSIENT, "no connection within " + durationText(options_.connect_timeout));
      return say(TROUPE_E_TRANSIENT, "no answer within " + durationText(request_.timeout));
    case CURLE_OK:
      return say(TROUPE_E_TRANSIENT, "the answer was cut off in its head");
    case CURLE_PARTIAL_FILE:
      return say(TROUPE_E_TRANSIENT, "the answer was cut off: " + detail);
    case CURLE_PEER_FAILED_VERIFICATION:
      return say(TROUPE_E_PERMANENT_REQUEST,
                 "its certificate is not trusted: " + detail + "; add its authority to this machine's certificates");
    case CURLE_SSL_CACERT_BADFILE:
      return say(TROUPE_E_PERMANENT_REQUEST, "the file of trusted certificates cannot be read: " + detail);
    case CURLE_BAD_CONTENT_ENCODING:
      return say(TROUPE_E_MALFORMED, "the answer cannot be decoded: " + detail);
    case CURLE_URL_MALFORMAT:
      return say(TROUPE_E_PERMANENT_REQUEST, detail);
    case CURLE_OUT_OF_MEMORY:
      return say(TROUPE_E_TRANSIENT, "no memory is left");
    case CURLE_UNSUPPORTED_PROTOCOL:  // Or the request would have been refused before.
    case CURLE_WEIRD_SERVER_REPLY:
      return say(TROUPE_E_MALFORMED, "the answer is no HTTP: " + detail);
    default:
      return say(TROUPE_E_TRANSIENT, detail);
  }
}

}  // namespace troupe::services
