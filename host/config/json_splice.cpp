#include "config/json_splice.hpp"

#include <algorithm>
#include <optional>
#include <vector>

namespace troupe::config {
namespace {

bool isBlank(char c) { return c == ' ' || c == '\t'; }

std::size_t lineBegin(std::string_view text, std::size_t at) {
  const auto end = at == 0 ? std::string_view::npos : text.rfind('\n', at - 1);
  return end == std::string_view::npos ? 0 : end + 1;
}

// Nothing but blanks before it on its line.
bool beginsLine(std::string_view text, std::size_t at) {
  const auto begin = lineBegin(text, at);
  return begin > 0 && std::all_of(text.begin() + static_cast<std::ptrdiff_t>(begin),
                                  text.begin() + static_cast<std::ptrdiff_t>(at), isBlank);
}

// The next byte that is neither blank, line end nor comment. There is one: it is used inside a container.
std::size_t nextToken(std::string_view text, std::size_t at) {
  for (;;) {
    if (isBlank(text[at]) || text[at] == '\r' || text[at] == '\n') {
      ++at;
    } else if (text.substr(at, 2) == "//") {
      at = text.find('\n', at);
    } else if (text.substr(at, 2) == "/*") {
      at = text.find("*/", at + 2) + 2;
    } else {
      return at;
    }
  }
}

// Where the line ends (at its "\r" or "\n"), when only blanks and comments come until then; a comment over several
// lines is none of this one.
std::optional<std::size_t> lineEnd(std::string_view text, std::size_t at) {
  for (;;) {
    at = std::min(text.find_first_not_of(" \t", at), text.size());
    if (text.substr(at, 2) == "//") {
      at = text.find('\n', at);
      if (at == std::string_view::npos) return std::nullopt;
      return text[at - 1] == '\r' ? at - 1 : at;
    }
    if (text.substr(at, 2) == "/*") {
      const auto end = text.find("*/", at + 2) + 2;
      if (text.substr(at, end - at).find('\n') != std::string_view::npos) return std::nullopt;
      at = end;
    } else if (text.substr(at, 1) == "\n" || text.substr(at, 2) == "\r\n") {
      return at;
    } else {
      return std::nullopt;
    }
  }
}

std::size_t beginOf(const ValueSpan& span) { return span.key.end > 0 ? span.key.begin : span.value.begin; }

// Of the comma after a member, or nothing.
std::optional<std::size_t> commaAfter(std::string_view text, const ValueSpan& span) {
  const auto at = nextToken(text, span.value.end);
  return text[at] == ',' ? std::optional(at) : std::nullopt;
}

std::vector<std::uint32_t> childrenOf(const JsonText& json, std::uint32_t container) {
  std::vector<std::uint32_t> children;
  const auto& spans = json.spans();
  for (auto i = container + 1; i < spans[container].next; i = spans[i].next) children.push_back(i);
  return children;
}

// The first member of an empty container.
std::string addOnly(const std::string& text, const ValueSpan& container, const std::string& member) {
  const std::size_t open = container.value.begin, close = container.value.end - 1;
  const bool object = text[open] == '{';
  if (beginsLine(text, close)) {
    const auto indent = std::string(indentAt(text, close));
    return text.substr(0, lineBegin(text, close)) + indent + "  " + member + std::string(eolOf(text)) + indent +
           text.substr(close);
  }
  const bool bare = close == open + 1;
  const std::string before = bare ? (object ? " " : "") : isBlank(text[close - 1]) ? "" : " ";
  return text.substr(0, close) + before + member + (object ? " " : "") + text.substr(close);
}

// Behind the last of those that are there.
std::string addLast(const std::string& text, const ValueSpan& last, const std::string& member) {
  const auto comma = commaAfter(text, last);
  const std::size_t value_end = last.value.end;
  const auto from = comma ? *comma + 1 : value_end;
  const auto head = text.substr(0, value_end) + (comma ? text.substr(value_end, from - value_end) : ",");
  const std::string tail = comma ? "," : "";
  if (beginsLine(text, beginOf(last)))
    if (const auto end = lineEnd(text, from))
      return head + text.substr(from, *end - from) + std::string(eolOf(text)) +
             std::string(indentAt(text, beginOf(last))) + member + tail + text.substr(*end);
  return head + " " + member + tail + text.substr(from);
}

// In front of `next`; what came before it ends at `from`, with its comma.
std::string addBefore(const std::string& text, std::size_t from, const ValueSpan& next, const std::string& member) {
  const auto at = beginOf(next);
  if (beginsLine(text, at))
    if (const auto end = lineEnd(text, from))
      return text.substr(0, *end) + std::string(eolOf(text)) + std::string(indentAt(text, at)) + member + "," +
             text.substr(*end);
  return text.substr(0, at) + member + ", " + text.substr(at);
}

}  // namespace

std::string_view indentAt(std::string_view text, std::size_t offset) {
  const auto begin = lineBegin(text, offset);
  const auto end = std::min(text.find_first_not_of(" \t", begin), text.size());
  return text.substr(begin, end - begin);
}

std::string_view eolOf(std::string_view text) { return text.find("\r\n") == std::string_view::npos ? "\n" : "\r\n"; }

std::string spliceReplace(const JsonText& json, std::uint32_t span, std::string_view value) {
  const auto& place = json.spans()[span].value;
  return json.text().substr(0, place.begin) + std::string(value) + json.text().substr(place.end);
}

std::string spliceMember(const JsonText& json, std::uint32_t container, std::string_view key, std::string_view value) {
  const auto member = std::string(key) + ": " + std::string(value);
  const auto members = childrenOf(json, container);
  const auto& spans = json.spans();
  return members.empty() ? addOnly(json.text(), spans[container], member)
                         : addLast(json.text(), spans[members.back()], member);
}

std::string spliceElement(const JsonText& json, std::uint32_t container, std::uint32_t index, std::string_view value) {
  const auto elements = childrenOf(json, container);
  const auto& spans = json.spans();
  const std::string element(value);
  if (elements.empty()) return addOnly(json.text(), spans[container], element);
  if (index >= elements.size()) return addLast(json.text(), spans[elements.back()], element);
  const auto from = index == 0 ? spans[container].value.begin + std::size_t{1}
                               : *commaAfter(json.text(), spans[elements[index - 1]]) + 1;
  return addBefore(json.text(), from, spans[elements[index]], element);
}

std::string spliceRemove(const JsonText& json, std::uint32_t container, std::uint32_t span) {
  const auto& text = json.text();
  const auto& spans = json.spans();
  const auto comma = commaAfter(text, spans[span]);
  auto begin = beginOf(spans[span]);
  auto end = comma ? *comma + 1 : std::size_t{spans[span].value.end};
  const auto line_end = lineEnd(text, end);
  if (beginsLine(text, begin) && line_end) {
    begin = lineBegin(text, begin);
    end = text.find('\n', *line_end) + 1;
  } else if (comma) {
    while (isBlank(text[end])) ++end;
  } else {
    while (isBlank(text[begin - 1])) --begin;
    if (text[begin - 1] == '\n') begin = beginOf(spans[span]);  // the closing bracket keeps its place
  }
  auto head = text.substr(0, begin);
  if (!comma) {  // it was the last: the one before it loses its comma
    std::optional<std::uint32_t> previous;
    for (const auto child : childrenOf(json, container))
      if (child < span) previous = child;
    if (previous) head.erase(*commaAfter(text, spans[*previous]), 1);
  }
  return head + text.substr(end);
}

}  // namespace troupe::config
