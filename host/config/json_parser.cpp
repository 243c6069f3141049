#include "config/json_parser.hpp"

#include <algorithm>
#include <deque>
#include <utility>

#include "config/json_scan.hpp"
#include "support/json_text.hpp"
#include "support/near_name.hpp"

namespace troupe::config {
namespace {

constexpr std::size_t kMaxProblems = 20;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool beginsValue(char c) { return c == '"' || c == '{' || c == '[' || c == '-' || (c >= '0' && c <= '9'); }

bool beginsWord(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '+' ||
         c == '.' || c == '_' || c == '$' || static_cast<unsigned char>(c) >= 0x80;
}

std::string describe(std::string_view text, std::size_t at) {
  const auto c = static_cast<unsigned char>(text[at]);
  if (c > 0x20 && c < 0x7F) return "\"" + std::string(1, text[at]) + "\"";
  static constexpr char kHex[] = "0123456789ABCDEF";
  return std::string("character U+00") + kHex[c >> 4] + kHex[c & 15];
}

}  // namespace

std::string keyName(std::string_view text, const Span& key) {
  const auto raw = text.substr(key.begin, key.end - key.begin);
  if (raw.empty() || raw.front() != '"') return std::string(raw);
  if (raw.find('\\') == std::string_view::npos) return std::string(raw.substr(1, raw.size() - 2));
  return scanString(text, key.begin).value;
}

JsonParser::JsonParser(std::string_view text, std::vector<ValueSpan>& spans, std::vector<Problem>& problems)
    : text_(text), spans_(spans), problems_(problems) {
  if (text_.substr(0, kByteOrderMark.size()) == kByteOrderMark) at_ = kByteOrderMark.size();
}

bool JsonParser::operator()(rapidjson::Document& document) {
  if (!skipSpace()) return false;
  if (at_ == text_.size()) {
    const bool nothing = text_.find_first_not_of(" \t\r\n\xEF\xBB\xBF") == std::string_view::npos;
    problems_.push_back(
        {"", 0, 0, nothing ? "the file is empty" : "the file holds only comments", "write a JSON object, from { to }"});
    return false;
  }
  while (step(document))
    if (levels_.empty() && expect_ == Expect::comma_or_end) {
      if (!skipSpace()) return false;
      if (at_ == text_.size()) return true;
      report(at_, "text after the end of the document", "remove it, or one closing bracket before it");
      return false;
    }
  return false;
}

bool JsonParser::step(rapidjson::Document& document) {
  if (!skipSpace()) return false;
  if (at_ == text_.size()) return endOfText();
  switch (expect_) {
    case Expect::value:
      return readValue(document);
    case Expect::element_or_end:
      return text_[at_] == ']' ? close(document) : readValue(document);
    case Expect::key_or_end:
      return text_[at_] == '}' ? close(document) : readKey(document);
    case Expect::comma_or_end:
      return afterValue(document);
  }
  return false;
}

bool JsonParser::skipSpace() {
  while (at_ < text_.size()) {
    const char c = text_[at_];
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
      ++at_;
    } else if (text_.substr(at_, 2) == "//") {
      at_ = std::min(text_.find('\n', at_), text_.size());
    } else if (text_.substr(at_, 2) == "/*") {
      const auto end = text_.find("*/", at_ + 2);
      if (end == std::string_view::npos) {
        report(at_, "the comment that begins here is never closed", "end it with */");
        return false;
      }
      at_ = end + 2;
    } else {
      break;
    }
  }
  return true;
}

bool JsonParser::readKey(rapidjson::Document& document) {
  const char c = text_[at_];
  if (c != '"') return readBareKey(document);
  const auto token = scanString(text_, at_);
  key_ = {static_cast<std::uint32_t>(at_), static_cast<std::uint32_t>(token.end)};
  if (!token.closed) {
    report(at_, "unterminated string that begins here", "close it with \"");
    return false;
  }
  if (token.error && !report(token.error->at, token.error->fact, token.error->repair)) return false;
  document.Key(token.value.data(), static_cast<rapidjson::SizeType>(token.value.size()), true);
  at_ = token.end;
  if (!skipSpace()) return false;
  expect_ = Expect::value;
  if (at_ == text_.size()) return endOfText();
  if (text_[at_] == ':') {
    ++at_;
    return true;
  }
  if (!beginsValue(text_[at_])) {
    report(at_, "a colon is missing before this", "write \"name\": value");
    return false;
  }
  return report(at_, "a colon is missing before this", "write \"name\": value");
}

bool JsonParser::readBareKey(rapidjson::Document& document) {
  const auto end = wordEnd(text_, at_);
  if (end == at_) return unexpected();
  const auto name = text_.substr(at_, end - at_);
  key_ = {static_cast<std::uint32_t>(at_), static_cast<std::uint32_t>(end)};
  if (!report(at_, "a name without quotes", "write \"" + shortened(name) + "\"")) return false;
  document.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()), true);
  at_ = end;
  if (!skipSpace()) return false;
  expect_ = Expect::value;
  if (at_ == text_.size()) return endOfText();
  if (text_[at_] != ':') return unexpected();
  ++at_;
  return true;
}

bool JsonParser::readValue(rapidjson::Document& document) {
  switch (text_[at_]) {
    case '{':
      return open(document, true);
    case '[':
      return open(document, false);
    case '"':
      return readString(document);
    case ',':
    case '}':
    case ']':
      return missingValue();
    default:
      return beginsWord(text_[at_]) ? readWord(document) : unexpected();
  }
}

bool JsonParser::readString(rapidjson::Document& document) {
  const auto token = scanString(text_, at_);
  if (!beginValue()) return false;
  if (!token.closed) {
    report(at_, "unterminated string that begins here", "close it with \"", Where::member);
    return false;
  }
  if (token.error && !report(token.error->at, token.error->fact, token.error->repair, Where::member)) return false;
  document.String(token.value.data(), static_cast<rapidjson::SizeType>(token.value.size()), true);
  at_ = token.end;
  endValue(static_cast<std::uint32_t>(spans_.size() - 1));
  return true;
}

bool JsonParser::readWord(rapidjson::Document& document) {
  const auto begin = at_;
  const auto word = text_.substr(begin, wordEnd(text_, begin) - begin);
  if (!beginValue()) return false;
  at_ = begin + word.size();
  endValue(static_cast<std::uint32_t>(spans_.size() - 1));
  if (word == "null") return document.Null();
  if (word == "true" || word == "false") return document.Bool(word == "true");
  const char first = word[0];
  if (first == '-' || first == '+' || first == '.' || (first >= '0' && first <= '9')) {
    const auto number = scanNumber(word);
    if (const auto* error = std::get_if<ScanError>(&number)) {
      document.Null();
      return report(begin, error->fact, error->repair, Where::member);
    }
    struct Add {
      rapidjson::Document& document;
      bool operator()(std::int64_t value) const { return document.Int64(value); }
      bool operator()(std::uint64_t value) const { return document.Uint64(value); }
      bool operator()(double value) const { return document.Double(value); }
    };
    return std::visit(Add{document}, std::get<Number>(number));
  }
  document.Null();
  std::string lower(word.substr(0, 40));
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  const auto near = lower == "none" || lower == "nil" ? "null" : nearName(lower, {"true", "false", "null"});
  const std::string shown = shortened(word);
  if (lower == "nan" || lower == "infinity" || lower == "inf")
    return report(begin, shown + " is no JSON number", "write a number", Where::member);
  return report(begin, "unknown word " + shown,
                near.empty() ? "text needs double quotes" : "did you mean " + near + "? Text needs double quotes",
                Where::member);
}

bool JsonParser::afterValue(rapidjson::Document& document) {
  const Level& level = levels_.back();
  const char c = text_[at_];
  const Expect next = level.object ? Expect::key_or_end : Expect::element_or_end;
  if (c == ',') {
    ++at_;
    expect_ = next;
    return true;
  }
  if (c == (level.object ? '}' : ']')) return close(document);
  if (level.object ? c == '"' : beginsValue(c)) {
    expect_ = next;
    return report(at_, "a comma is missing before this", "");
  }
  return unexpected();
}

bool JsonParser::open(rapidjson::Document& document, bool object) {
  if (levels_.size() == kMaxLevels) {
    report(at_, "nested deeper than " + std::to_string(kMaxLevels) + " levels", "");
    return false;
  }
  if (!beginValue()) return false;
  const auto span = static_cast<std::uint32_t>(spans_.size() - 1);
  levels_.push_back({object, span, 0, span + 1, span + 1});
  ++at_;
  expect_ = object ? Expect::key_or_end : Expect::element_or_end;
  return object ? document.StartObject() : document.StartArray();
}

bool JsonParser::close(rapidjson::Document& document) {
  const Level level = levels_.back();
  if (level.object && level.members > 1) reportDuplicates(level);
  levels_.pop_back();
  ++at_;
  endValue(level.span);
  const bool added = level.object ? document.EndObject(level.members) : document.EndArray(level.members);
  return added && problems_.size() < kMaxProblems;
}

bool JsonParser::beginValue() {
  if (spans_.size() == kMaxValues) {
    report(at_, "more than " + std::to_string(kMaxValues) + " values", "");
    return false;
  }
  ValueSpan span;
  if (!levels_.empty()) {
    Level& level = levels_.back();
    if (level.object) span.key = key_;
    level.last = static_cast<std::uint32_t>(spans_.size());
    ++level.members;
  }
  span.value = {static_cast<std::uint32_t>(at_), static_cast<std::uint32_t>(at_)};
  spans_.push_back(span);
  return true;
}

void JsonParser::endValue(std::uint32_t span) {
  spans_[span].value.end = static_cast<std::uint32_t>(at_);
  spans_[span].next = static_cast<std::uint32_t>(spans_.size());
  expect_ = Expect::comma_or_end;
}

void JsonParser::reportDuplicates(const Level& level) {
  std::deque<std::string> decoded;  // Owns the names that have escapes.
  std::vector<std::pair<std::string_view, std::uint32_t>> names;
  names.reserve(level.members);
  for (auto i = level.first; i < spans_.size(); i = spans_[i].next) {
    const auto& key = spans_[i].key;
    const auto raw = text_.substr(key.begin, key.end - key.begin);
    if (raw.find('\\') == std::string_view::npos && raw.front() == '"')
      names.emplace_back(raw.substr(1, raw.size() - 2), i);
    else
      names.emplace_back(decoded.emplace_back(keyName(text_, key)), i);
  }
  std::sort(names.begin(), names.end());
  for (std::size_t i = 1; i < names.size(); ++i) {
    if (names[i].first != names[i - 1].first) continue;
    const auto before = lines().position(spans_[names[i - 1].second].key.begin);
    const auto offset = spans_[names[i].second].key.begin;
    const auto here = lines().position(offset);
    if (problems_.size() >= kMaxProblems) return;
    problems_.push_back(
        {pointerTo(placeOf(level.span), shortened(names[i].first)), here.line, here.column,
         "the name stands twice in this object",
         "remove this one or the one at " + std::to_string(before.line) + ":" + std::to_string(before.column)});
  }
}

bool JsonParser::endOfText() {
  const auto& level = levels_.back();  // Outside of any, the end of the text is no mistake.
  const auto begin = lines().position(spans_[level.span].value.begin);
  report(at_,
         std::string("the file ends inside the ") + (level.object ? "object" : "list") + " that begins at " +
             std::to_string(begin.line) + ":" + std::to_string(begin.column),
         level.object ? "close it with }" : "close it with ]");
  return false;
}

bool JsonParser::missingValue() {
  const bool key_waits = !levels_.empty() && levels_.back().object;
  report(at_, "a value is missing before this " + describe(text_, at_),
         key_waits || levels_.empty() ? "" : "remove the comma, or write a value");
  return false;
}

bool JsonParser::unexpected() {
  const char c = text_[at_];
  std::string repair;
  if (c == '\'' || c == '`') repair = "text needs double quotes";
  if (c == '#') repair = "comments begin with //";
  if ((c == ']' || c == '}') && !levels_.empty()) {
    const auto begin = lines().position(spans_[levels_.back().span].value.begin);
    repair = std::string("first close the ") + (levels_.back().object ? "object" : "list") + " that begins at " +
             std::to_string(begin.line) + ":" + std::to_string(begin.column);
  }
  report(at_, "unexpected " + describe(text_, at_), repair);
  return false;
}

bool JsonParser::report(std::size_t offset, std::string fact, std::string repair, Where where) {
  const auto [line, column] = lines().position(offset);
  std::string place;
  if (!levels_.empty()) place = placeOf(where == Where::member ? levels_.back().last : levels_.back().span);
  problems_.push_back({std::move(place), line, column, std::move(fact), std::move(repair)});
  return problems_.size() < kMaxProblems;
}

const LineIndex& JsonParser::lines() {
  if (!lines_) lines_.emplace(text_);
  return *lines_;
}

std::string JsonParser::placeOf(std::uint32_t span) const {
  std::string text;
  for (std::size_t i = 0; i < levels_.size(); ++i) {
    const auto& level = levels_[i];
    if (level.members == 0) break;
    const auto inner = i + 1 < levels_.size() ? levels_[i + 1].span : level.last;
    if (level.span >= span) break;
    const auto name = level.object ? keyName(text_, spans_[inner].key) : std::to_string(level.members - 1);
    text = pointerTo(text, shortened(name));
  }
  return text;
}

}  // namespace troupe::config
