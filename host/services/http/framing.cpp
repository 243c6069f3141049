#include "services/http/framing.hpp"

#include <troupe/ext/http.h>

#include <algorithm>
#include <cctype>
#include <stdexcept>
#include <string>
#include <utility>

#include "support/sse_parser.hpp"

namespace troupe::services {
namespace {

constexpr std::size_t kMaxLine = std::size_t{16} << 20;

class Body final : public Framing {
 public:
  int take(std::string_view piece, const OnPart& on_part) override {
    return piece.empty() ? TROUPE_OK : on_part(TROUPE_HTTP_BODY, piece);
  }
  int end(const OnPart&) override { return TROUPE_OK; }
};

class Lines final : public Framing {
 public:
  int take(std::string_view piece, const OnPart& on_part) override {
    for (std::size_t end; (end = piece.find('\n')) != piece.npos; piece.remove_prefix(end + 1)) {
      keep(piece.substr(0, end));
      if (const int code = give(on_part); code != TROUPE_OK) return code;
    }
    keep(piece);
    return TROUPE_OK;
  }
  int end(const OnPart& on_part) override { return line_.empty() ? TROUPE_OK : give(on_part); }

 private:
  void keep(std::string_view text) {
    if (line_.size() + text.size() > kMaxLine)
      throw HttpFailure(TROUPE_E_MALFORMED, "the server sends a line of more than 16 MiB");
    line_.append(text);
  }
  int give(const OnPart& on_part) {
    if (!line_.empty() && line_.back() == '\r') line_.pop_back();
    const int code = on_part(TROUPE_HTTP_LINE, line_);
    line_.clear();
    return code;
  }

  std::string line_;  // As far as it has come.
};

class Events final : public Framing {
 public:
  int take(std::string_view piece, const OnPart& on_part) override {
    int code = TROUPE_OK;
    try {
      parser_.feed(piece, [&](const SseParser::Event& event) {
        if (code != TROUPE_OK) return;
        event_.assign(event.name).append(1, '\n').append(event.data);
        code = on_part(TROUPE_HTTP_EVENT, event_);
      });
    } catch (const std::length_error& e) {
      throw HttpFailure(TROUPE_E_MALFORMED, e.what());
    }
    return code;
  }
  int end(const OnPart&) override { return TROUPE_OK; }  // An event without its end is none, by the standard.

 private:
  SseParser parser_;
  std::string event_;  // Kept for its memory.
};

bool isEventStream(const HttpHead& head) {
  constexpr std::string_view kType = "text/event-stream";
  for (const auto& [name, value] : head.headers)
    if (name == "content-type")
      return value.size() >= kType.size() &&
             std::equal(kType.begin(), kType.end(), value.begin(),
                        [](unsigned char a, unsigned char b) { return a == std::tolower(b); }) &&
             (value.size() == kType.size() || value[kType.size()] == ';' || value[kType.size()] == ' ');
  return false;
}

}  // namespace

std::unique_ptr<Framing> framingFor(HttpMode mode, const HttpHead& head) {
  const bool fine = head.status >= 200 && head.status < 300;
  if (fine && mode == HttpMode::lines) return std::make_unique<Lines>();
  if (fine && mode == HttpMode::sse && isEventStream(head)) return std::make_unique<Events>();
  return std::make_unique<Body>();
}

}  // namespace troupe::services
