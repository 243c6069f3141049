#include "answer_scan.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <utility>

namespace troupe::judging {
namespace {

constexpr std::size_t kMaxBytes = 64u << 10;  // Of an answer; what a judge says is short.
constexpr int kMaxObjects = 16;
constexpr int kMaxDepth = 32;

bool isDigit(char c) { return c >= '0' && c <= '9'; }
bool isSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
char lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && isSpace(text.front())) text.remove_prefix(1);
  while (!text.empty() && isSpace(text.back())) text.remove_suffix(1);
  return text;
}

// The end of the object that begins at `from`, behind its brace; npos where it has none.
std::size_t endOfObject(std::string_view text, std::size_t from) {
  int depth = 0;
  bool in_string = false;
  for (auto i = from; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      in_string = c != '"';
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      if (++depth > kMaxDepth) return text.npos;
    } else if (c == '}' || c == ']') {
      if (--depth == 0) return i + 1;
    }
  }
  return text.npos;
}

// Digits with at most one point, from `at` on.
std::string_view numberAt(std::string_view text, std::size_t at) {
  auto end = at;
  bool point = false;
  while (end < text.size() && (isDigit(text[end]) || (text[end] == '.' && !point && end > at && end + 1 < text.size() &&
                                                      isDigit(text[end + 1])))) {
    point = point || text[end] == '.';
    ++end;
  }
  return text.substr(at, end - at);
}

bool takeWord(std::string_view& text, std::string_view word) {
  if (text.size() < word.size() ||
      !std::equal(word.begin(), word.end(), text.begin(), [](char a, char b) { return a == lower(b); }))
    return false;
  text.remove_prefix(word.size());
  return true;
}

}  // namespace

std::vector<rapidjson::Document> jsonObjects(std::string_view text) {
  text = text.substr(0, kMaxBytes);
  std::vector<rapidjson::Document> objects;
  int tries = 0;
  for (std::size_t at = text.find('{'); at != text.npos && tries < kMaxObjects; at = text.find('{', at)) {
    ++tries;
    const auto end = endOfObject(text, at);
    rapidjson::Document document;
    if (end != text.npos)
      document.Parse<rapidjson::kParseFullPrecisionFlag | rapidjson::kParseIterativeFlag>(text.data() + at, end - at);
    if (end == text.npos || document.HasParseError()) {
      ++at;
      continue;
    }
    objects.push_back(std::move(document));
    at = end;
  }
  return objects;
}

std::vector<std::string> bracketed(std::string_view text) {
  text = text.substr(0, kMaxBytes);
  std::vector<std::string> found;
  for (auto at = text.find("[["); at != text.npos; at = text.find("[[", at + 2)) {
    const auto end = text.find("]]", at + 2);
    if (end == text.npos) break;
    if (end - at < 32) found.emplace_back(trimmed(text.substr(at + 2, end - at - 2)));
  }
  return found;
}

std::optional<double> numberOfTen(std::string_view text) {
  text = trimmed(text);
  const bool negative = !text.empty() && text.front() == '-';
  if (negative) text.remove_prefix(1);
  const auto digits = numberAt(text, 0);
  if (digits.empty() || digits.size() > 12) return std::nullopt;
  auto rest = trimmed(text.substr(digits.size()));
  if (!rest.empty()) {
    if (!takeWord(rest, "/") && !takeWord(rest, "out of")) return std::nullopt;
    if (trimmed(rest) != "10") return std::nullopt;
  }
  const double value = std::strtod(std::string(digits).c_str(), nullptr);
  return negative ? -value : value;
}

std::vector<std::string> labelled(std::string_view text) {
  text = text.substr(0, kMaxBytes);
  std::vector<std::string> found;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i > 0 && std::isalnum(static_cast<unsigned char>(text[i - 1])) != 0) continue;
    auto rest = text.substr(i);
    if (!takeWord(rest, "rating") && !takeWord(rest, "score") && !takeWord(rest, "overall")) continue;
    while (!rest.empty() && (isSpace(rest.front()) || rest.front() == '*' || rest.front() == '_' ||
                             rest.front() == ':' || rest.front() == '='))
      rest.remove_prefix(1);
    if (takeWord(rest, "is ")) rest = trimmed(rest);
    while (!rest.empty() && (rest.front() == '*' || rest.front() == '_')) rest.remove_prefix(1);
    std::string sign;
    if (!rest.empty() && rest.front() == '-') {
      sign = "-";
      rest.remove_prefix(1);
    }
    const auto digits = numberAt(rest, 0);
    if (digits.empty()) continue;
    auto after = rest.substr(digits.size());
    while (!after.empty() && (after.front() == '*' || after.front() == '_' || after.front() == ' '))
      after.remove_prefix(1);
    auto scale = after;
    if (takeWord(scale, "/") || takeWord(scale, "out of")) {
      const auto of = numberAt(trimmed(scale), 0);
      found.push_back(sign + std::string(digits) + "/" + std::string(of));
      continue;
    }
    auto range = after;
    if (takeWord(range, "-") || takeWord(range, "–") || takeWord(range, "to ")) {
      range = trimmed(range);
      if (!range.empty() && isDigit(range.front())) continue;
    }
    if (!after.empty() && after.front() == '%') continue;
    found.push_back(sign + std::string(digits));
  }
  return found;
}

}  // namespace troupe::judging
