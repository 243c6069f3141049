#include "support/sse_parser.hpp"

#include <charconv>
#include <stdexcept>
#include <utility>

namespace troupe {
namespace {

constexpr std::size_t kMaxEvent = 16u << 20;

void limit(std::size_t bytes) {
  if (bytes > kMaxEvent)
    throw std::length_error("the server sends an event of more than 16 MiB; is this an event stream?");
}

}  // namespace

void SseParser::restart() {
  line_.clear();
  name_.clear();
  data_.clear();
  id_ = last_id_;
  first_line_ = true;
  after_cr_ = false;
}

void SseParser::feed(std::string_view bytes, const OnEvent& on_event) {
  while (!bytes.empty()) {
    if (std::exchange(after_cr_, false) && bytes.front() == '\n') {
      bytes.remove_prefix(1);
      continue;
    }
    const auto end = bytes.find_first_of("\r\n");
    limit(line_.size() + (end == bytes.npos ? bytes.size() : end));
    line_.append(bytes.substr(0, end));
    if (end == bytes.npos) return;
    after_cr_ = bytes[end] == '\r';
    bytes.remove_prefix(end + 1);
    std::string_view text = line_;
    if (std::exchange(first_line_, false) && text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    line(text, on_event);
    line_.clear();
  }
}

void SseParser::line(std::string_view text, const OnEvent& on_event) {
  if (text.empty()) {
    last_id_ = id_;
    auto data = std::exchange(data_, {});
    auto name = std::exchange(name_, {});
    if (data.empty()) return;
    data.pop_back();  // Each line of data has brought a line end with it; the last one is not part of it.
    on_event({name.empty() ? "message" : std::move(name), std::move(data), last_id_});
    return;
  }
  const auto colon = text.find(':');
  if (colon == 0) return;  // A comment.
  auto value = colon == text.npos ? std::string_view() : text.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  field(text.substr(0, colon), value);
}

void SseParser::field(std::string_view name, std::string_view value) {
  if (name == "data") {
    limit(data_.size() + value.size());
    data_.append(value) += '\n';
  } else if (name == "event") {
    name_ = value;
  } else if (name == "id") {
    if (value.find('\0') == value.npos) id_ = value;
  } else if (name == "retry") {
    int ms = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), ms);
    if (error == std::errc() && end == value.data() + value.size() && ms >= 0 && value.front() != '-') retry_ = ms;
  }
}

}  // namespace troupe
