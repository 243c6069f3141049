#include "server/exchange.hpp"

#include <Poco/DateTimeFormat.h>
#include <Poco/DateTimeFormatter.h>
#include <Poco/Exception.h>
#include <Poco/Timestamp.h>

#include <algorithm>
#include <charconv>
#include <streambuf>

#include "server/problem_json.hpp"
#include "server/target.hpp"
#include "server/wire.hpp"

namespace troupe::server {
namespace {

constexpr std::uint64_t kSmallBody = 16384;

/// Those of the common headers that a handler may set in their place.
bool mayReplace(std::string_view lower_name) { return lower_name == "cache-control"; }

bool holds(const Headers& headers, std::string_view lower_name) {
  return std::any_of(headers.begin(), headers.end(),
                     [&](const auto& header) { return lowered(header.first) == lower_name; });
}

void append(std::string& text, std::string_view name, std::string_view value) {
  text += name;
  text += ": ";
  for (const char c : value)  // A value never ends its line, whatever it was made of.
    if (c != '\r' && c != '\n' && c != '\0') text += c;
  text += "\r\n";
}

}  // namespace

/// Writes what is streamed as chunks; as it is to clients of HTTP/1.0, and not at all for HEAD.
class Exchange::Chunks final : public std::streambuf {
 public:
  Chunks(Exchange& exchange, bool chunked, bool silent) : exchange_(exchange), chunked_(chunked), silent_(silent) {
    setp(buffer_, buffer_ + sizeof buffer_);
  }

  void end() {
    flush();
    if (chunked_ && !silent_) exchange_.wire_.write("0\r\n\r\n");
  }

 protected:
  int_type overflow(int_type c) override {
    flush();
    if (!traits_type::eq_int_type(c, traits_type::eof())) {
      *pptr() = traits_type::to_char_type(c);
      pbump(1);
    }
    return traits_type::not_eof(c);
  }
  int sync() override {
    flush();
    return 0;
  }

 private:
  void flush() {
    const std::string_view bytes(pbase(), static_cast<std::size_t>(pptr() - pbase()));
    if (!bytes.empty() && !silent_) {
      exchange_.sent_ += bytes.size();
      if (chunked_) {
        char size[20];
        const auto end = std::to_chars(size, size + sizeof size, bytes.size(), 16).ptr;
        exchange_.wire_.write(std::string(size, end).append("\r\n").append(bytes).append("\r\n"));
      } else {
        exchange_.wire_.write(bytes);
      }
    }
    setp(buffer_, buffer_ + sizeof buffer_);
  }

  Exchange& exchange_;
  const bool chunked_, silent_;
  char buffer_[16384];
};

Exchange::Exchange(Wire& wire, const RequestHead& head)
    : wire_(wire), head_(head), authority_(head.header("host")), keep_alive_(head.keep_alive) {
  auto target = readTarget(head.target);
  path_ = std::move(target.path);
  query_ = std::move(target.query);
  if (!target.authority.empty()) authority_ = std::move(target.authority);
}

Exchange::~Exchange() = default;

std::string Exchange::param(std::string_view name) const {
  const auto found = params_.find(name);
  return found == params_.end() ? std::string() : found->second;
}

std::optional<std::string> Exchange::query(std::string_view name) const {
  const auto found = query_.find(name);
  return found == query_.end() ? std::nullopt : std::optional(found->second);
}

std::int64_t Exchange::queryInteger(std::string_view name, std::int64_t fallback, std::int64_t low,
                                    std::int64_t high) const {
  const auto text = query(name);
  if (!text) return fallback;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (text->empty() || error != std::errc() || end != text->data() + text->size() || value < low || value > high)
    throw HttpError(400, "the parameter \"" + std::string(name) + "\" is an integer from " + std::to_string(low) +
                             " to " + std::to_string(high));
  return value;
}

std::string Exchange::header(std::string_view name) const { return head_.header(lowered(name)); }

const std::string& Exchange::body() {
  if (body_) return *body_;
  const auto limit = wire_.limits().body_bytes;
  const auto tooLarge = [&] { return HttpError(413, "the body has more than " + std::to_string(limit) + " bytes"); };
  if (head_.content_length.value_or(0) > limit) throw tooLarge();
  std::string body;
  wire_.beginBody(head_);
  while (true) {
    const auto piece = wire_.bodyPiece();
    if (piece.empty()) break;
    if (piece.size() > limit - body.size()) throw tooLarge();
    body += piece;
  }
  body_ = std::move(body);
  return *body_;
}

std::string Exchange::clientAddress() const {
  if (!client_.empty()) return client_;
  try {
    return wire_.socket().peerAddress().host().toString();
  } catch (const Poco::Exception&) {
    return "-";  // It has gone.
  }
}

std::string Exchange::beginning(int status, std::string_view content_type, const Headers& headers,
                                std::optional<std::uint64_t> length) {
  if (status_ != 0) throw std::logic_error("a request was answered twice");
  status_ = status;
  // What was not read of the body would be taken for the next request. A small one is on its way, as a rule.
  if (!body_ && status < 400 && !head_.chunked && !head_.expect_continue &&
      head_.content_length.value_or(0) <= kSmallBody) {
    try {
      body();
    } catch (const HttpError&) {
      keep_alive_ = false;
    }
  }
  if (!body_ && head_.hasBody()) keep_alive_ = false;
  const bool chunked = !length && head_.minor >= 1;
  if (!length && !chunked) keep_alive_ = false;
  if (may_reuse_ && !may_reuse_()) keep_alive_ = false;

  std::string text = "HTTP/1.1 " + std::to_string(status) + " " + std::string(reasonPhrase(status)) + "\r\n";
  append(text, "Date", Poco::DateTimeFormatter::format(Poco::Timestamp(), Poco::DateTimeFormat::HTTP_FORMAT));
  append(text, "Connection", keep_alive_ ? "keep-alive" : "close");
  if (!content_type.empty()) append(text, "Content-Type", content_type);
  const bool bodyless = status < 200 || status == 204 || status == 304;
  if (length && !bodyless) append(text, "Content-Length", std::to_string(*length));
  if (chunked && !bodyless) append(text, "Transfer-Encoding", "chunked");
  for (const auto& [name, value] : common_) {
    const auto lower = lowered(name);
    if (mayReplace(lower) && holds(headers, lower)) continue;
    const bool html = lower == "content-security-policy" && content_type.substr(0, 9) == "text/html";
    append(text, name, html && !html_policy_.empty() ? html_policy_ : value);
  }
  for (const auto& [name, value] : headers) {
    const auto lower = lowered(name);
    if (mayReplace(lower) || lower == "vary" || !holds(common_, lower)) append(text, name, value);
  }
  return text + "\r\n";
}

void Exchange::send(int status, std::string_view content_type, std::string_view body, const Headers& headers) {
  auto text = beginning(status, content_type, headers, body.size());
  const bool silent = method() == "HEAD" || status == 204 || status == 304;
  if (!silent) sent_ = body.size();
  if (silent || body.size() <= 65536) {
    if (!silent) text += body;
    wire_.write(text);
  } else {
    wire_.write(text);
    wire_.write(body);
  }
}

void Exchange::json(int status, std::string_view json, const Headers& headers) {
  send(status, "application/json", json, headers);
}

void Exchange::empty(int status, const Headers& headers) { send(status, "", "", headers); }

std::ostream& Exchange::stream(int status, std::string_view content_type, const Headers& headers) {
  wire_.write(beginning(status, content_type, headers, std::nullopt));
  chunks_ = std::make_unique<Chunks>(*this, head_.minor >= 1, method() == "HEAD");
  stream_ = std::make_unique<std::ostream>(chunks_.get());
  stream_->exceptions(std::ios::badbit);
  return *stream_;
}

void Exchange::finish() {
  if (chunks_) chunks_->end();
}

void Exchange::problem(const HttpError& error) {
  send(error.status(), "application/problem+json", problemJson(error, path_), error.headers());
}

Poco::Net::StreamSocket Exchange::detach(int log_status) {
  if (status_ != 0) throw std::logic_error("a request was answered twice");
  status_ = log_status;
  client_ = clientAddress();  // Afterwards the socket is somebody else's, who may close it at any moment.
  return wire_.detach();
}

bool Exchange::reusable() const { return keep_alive_ && !wire_.detached(); }

}  // namespace troupe::server
