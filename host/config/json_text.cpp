#include "config/json_text.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <utility>

#include "config/json_parser.hpp"
#include "config/json_scan.hpp"

namespace troupe::config {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool isNamed(std::string_view text, const Span& key, std::string_view name) {
  const auto raw = text.substr(key.begin, key.end - key.begin);
  if (raw.find('\\') == std::string_view::npos)
    return raw.size() == name.size() + 2 && raw.substr(1, name.size()) == name;
  return keyName(text, key) == name;
}

}  // namespace

LineIndex::LineIndex(std::string_view text) : text_(text), starts_{0} {
  for (const char* at = text.data(); at != nullptr && at != text.data() + text.size();) {
    at = static_cast<const char*>(std::memchr(at, '\n', static_cast<std::size_t>(text.data() + text.size() - at)));
    if (at != nullptr) starts_.push_back(static_cast<std::uint32_t>(++at - text.data()));
  }
}

Position LineIndex::position(std::size_t offset) const {
  const auto line = std::upper_bound(starts_.begin(), starts_.end(), offset) - starts_.begin();
  auto begin = std::size_t{starts_[static_cast<std::size_t>(line) - 1]};
  if (begin == 0 && offset >= kByteOrderMark.size() && text_.substr(0, kByteOrderMark.size()) == kByteOrderMark)
    begin = kByteOrderMark.size();
  const auto before = text_.substr(begin, offset - begin);
  const auto column = std::count_if(before.begin(), before.end(),
                                    [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
  return {static_cast<int>(line), static_cast<int>(column) + 1};
}

std::optional<JsonText> JsonText::parse(std::string text, std::vector<Problem>& problems) {
  const auto known = problems.size();
  if (text.size() > kMaxBytes) {
    problems.push_back(
        {"", 0, 0,
         "the text has " + std::to_string(text.size()) + " bytes; at most " + std::to_string(kMaxBytes) + " are read",
         ""});
    return {};
  }
  if (const auto invalid = firstInvalidUtf8(text); invalid != std::string_view::npos) {
    const auto [line, column] = LineIndex(text).position(invalid);
    problems.push_back({"", line, column, "the text is not valid UTF-8 here", "save it as UTF-8"});
    return {};
  }
  JsonText read;
  read.text_ = std::move(text);
  std::vector<Problem> found;
  JsonParser parser(read.text_, read.spans_, found);
  read.document_.Populate(parser);
  problems.insert(problems.end(), std::make_move_iterator(found.begin()), std::make_move_iterator(found.end()));
  if (problems.size() > known) return {};
  return read;
}

const ValueSpan& JsonText::walk(std::string_view pointer, bool& complete) const {
  std::uint32_t at = 0;
  complete = true;
  for (const auto& token : pointerTokens(pointer)) {
    const auto& span = spans_[at];
    const char kind = text_[span.value.begin];
    complete = false;
    if (kind != '{' && kind != '[') break;
    auto child = at + 1;
    if (kind == '[') {
      const auto index = arrayIndex(token);
      if (!index) break;
      for (std::uint32_t i = 0; i < *index && child < span.next; ++i) child = spans_[child].next;
    } else {
      while (child < span.next && !isNamed(text_, spans_[child].key, token)) child = spans_[child].next;
    }
    if (child >= span.next) break;
    at = child;
    complete = true;
  }
  return spans_[at];
}

std::optional<std::uint32_t> JsonText::find(std::string_view pointer) const {
  bool complete = false;
  const auto& span = walk(pointer, complete);
  return complete ? std::optional(static_cast<std::uint32_t>(&span - spans_.data())) : std::nullopt;
}

std::optional<Span> JsonText::value(std::string_view pointer) const {
  bool complete = false;
  const auto& span = walk(pointer, complete);
  return complete ? std::optional(span.value) : std::nullopt;
}

std::optional<Span> JsonText::key(std::string_view pointer) const {
  bool complete = false;
  const auto& span = walk(pointer, complete);
  return complete && span.key.end > 0 ? std::optional(span.key) : std::nullopt;
}

std::size_t JsonText::offset(std::string_view pointer) const {
  bool complete = false;
  const auto& span = walk(pointer, complete);
  return span.key.end > 0 ? span.key.begin : span.value.begin;
}

std::optional<std::string> replaceValue(const std::string& text, std::string_view pointer, const std::string& new_json,
                                        std::vector<Problem>& problems) {
  if (!JsonText::parse(new_json, problems)) return {};
  const auto read = JsonText::parse(text, problems);
  if (!read) return {};
  const auto span = read->value(pointer);
  if (!span) {
    const auto [line, column] = LineIndex(text).position(read->offset(pointer));
    problems.push_back({std::string(pointer), line, column, "there is no such value", ""});
    return {};
  }
  return text.substr(0, span->begin) + new_json + text.substr(span->end);
}

std::vector<std::string> pointerTokens(std::string_view pointer) {
  std::vector<std::string> tokens;
  if (pointer.empty()) return tokens;
  std::size_t at = pointer[0] == '/' ? 1 : 0;
  while (true) {
    const auto end = std::min(pointer.find('/', at), pointer.size());
    std::string token;
    for (auto i = at; i < end; ++i) {
      const bool escaped = pointer[i] == '~' && i + 1 < end && (pointer[i + 1] == '0' || pointer[i + 1] == '1');
      token += !escaped ? pointer[i] : pointer[i + 1] == '0' ? '~' : '/';
      if (escaped) ++i;
    }
    tokens.push_back(std::move(token));
    if (end == pointer.size()) return tokens;
    at = end + 1;
  }
}

bool isPointer(std::string_view pointer) {
  if (!pointer.empty() && pointer[0] != '/') return false;
  for (auto at = pointer.find('~'); at != std::string_view::npos; at = pointer.find('~', at + 1))
    if (at + 1 == pointer.size() || (pointer[at + 1] != '0' && pointer[at + 1] != '1')) return false;
  return true;
}

std::optional<std::uint32_t> arrayIndex(std::string_view token) {
  std::uint32_t index = 0;
  const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), index);
  if (error != std::errc() || end != token.data() + token.size() || (token.size() > 1 && token[0] == '0')) return {};
  return index;
}

}  // namespace troupe::config
