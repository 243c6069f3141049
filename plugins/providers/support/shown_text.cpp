#include "support/shown_text.hpp"

#include <algorithm>
#include <cctype>

#include <troupe/log_line.hpp>

namespace troupe::providers {
namespace {

constexpr std::size_t kShown = 300;

bool startsWith(std::string_view text, std::string_view lower) {
  return text.size() >= lower.size() && std::equal(lower.begin(), lower.end(), text.begin(), [](char wanted, char c) {
           return std::tolower(static_cast<unsigned char>(c)) == wanted;
         });
}

// Where the next tag that begins so is, or the end.
std::size_t findTag(std::string_view html, std::size_t from, std::string_view tag) {
  while (from < html.size() && !startsWith(html.substr(from), tag)) ++from;
  return from;
}

// A key, or a part of one with which a server tells which it was: "sk-pr*****cdef", "sk-proj-...cdef".
bool isKey(std::string_view word) {
  while (!word.empty() && std::ispunct(static_cast<unsigned char>(word.front())) != 0) word.remove_prefix(1);
  return word.find("***") != std::string_view::npos || startsWith(word, "sk-") || startsWith(word, "gsk_");
}

bool isBlank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

}  // namespace

bool isHtml(std::string_view body) {
  const auto start = std::find_if_not(body.begin(), body.end(), isBlank);
  return start != body.end() && *start == '<';
}

std::string htmlWords(std::string_view html) {
  std::string words;
  for (std::size_t at = 0; at < html.size() && words.size() < 4 * kShown;) {
    if (html[at] != '<') {
      words += html[at++];
      continue;
    }
    words += ' ';
    for (const std::string_view hidden : {"style", "script"})
      if (startsWith(html.substr(at + 1), hidden)) at = findTag(html, at, "</" + std::string(hidden));
    at = std::min(html.find('>', at), html.size() - 1) + 1;
  }
  return words;
}

std::string shownText(std::string_view text) {
  std::string masked;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = static_cast<std::size_t>(
        std::find_if(text.begin() + static_cast<std::ptrdiff_t>(at), text.end(), isBlank) - text.begin());
    const auto word = text.substr(at, end - at);
    masked += isKey(word) ? "***" : word;
    if (end < text.size()) masked += ' ';
    at = end + 1;
  }
  return sinks::oneLine(masked, kShown);
}

}  // namespace troupe::providers
