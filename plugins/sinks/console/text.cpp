#include "text.hpp"

#include <locale.h>
#include <wchar.h>

#include <algorithm>

#include <troupe/log_line.hpp>

namespace troupe::console {
namespace {

/// wcwidth() of a UTF-8 locale, whatever the program's locale is. Never freed: it lives as long as the module.
int localeWidth(char32_t code) {
  static const locale_t utf8 = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", locale_t{});
  if (utf8 == locale_t{}) {  // no such locale: the usual wide ranges
    const bool wide = (code >= 0x1100 && code < 0x1160) || (code >= 0x2e80 && code < 0xa4d0) ||
                      (code >= 0xac00 && code < 0xd7a4) || (code >= 0xf900 && code < 0xfb00) ||
                      (code >= 0xfe30 && code < 0xfe70) || (code >= 0xff00 && code < 0xff61) ||
                      (code >= 0x1f300 && code < 0x1f650) || (code >= 0x1f900 && code < 0x1fa00) ||
                      (code >= 0x20000 && code < 0x3fffe);
    const bool combining =
        (code >= 0x300 && code < 0x370) || (code >= 0x200b && code < 0x2010) || (code >= 0xfe00 && code < 0xfe10);
    return combining ? 0 : wide ? 2 : 1;
  }
  const locale_t before = ::uselocale(utf8);
  const int width = ::wcwidth(static_cast<wchar_t>(code));
  ::uselocale(before);
  return width;
}

}  // namespace

int columns(char32_t code) {
  if (code < 0x300) return 1;  // after clean() there are no controls
  return std::max(0, localeWidth(code));
}

int columns(std::string_view text) {
  int sum = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto code = sinks::nextCodePoint(text, at);
    sum += code < 0 ? 1 : columns(static_cast<char32_t>(code));
  }
  return sum;
}

std::string clean(std::string_view text, bool keep_lines) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t from = at;
    const auto code = sinks::nextCodePoint(text, at);
    if (code < 0) {
      out += "\xef\xbf\xbd";
    } else if (code == '\n' || code == 0x2028 || code == 0x2029) {
      out += keep_lines ? '\n' : ' ';
    } else if (code == '\t' || code == '\v' || code == '\f') {
      out += ' ';
    } else if (code == '\r' && !keep_lines) {
      if (at >= text.size() || text[at] != '\n') out += ' ';
    } else if (!sinks::isControl(code)) {
      out.append(text.substr(from, at - from));
    }
  }
  return out;
}

std::string fit(std::string_view text, int width, std::string_view mark) {
  if (width <= 0) return {};
  if (columns(text) <= width) return std::string(text);
  const int mark_width = columns(mark);
  const int room = mark_width < width ? width - mark_width : width;
  int used = 0;
  std::size_t end = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto code = sinks::nextCodePoint(text, at);
    const int wide = code < 0 ? 1 : columns(static_cast<char32_t>(code));
    if (used + wide > room) break;
    used += wide;
    end = at;
  }
  std::string out(text.substr(0, end));
  if (mark_width < width) out += mark;
  return out;
}

std::vector<std::string> wrap(std::string_view text, int width) {
  width = std::max(width, 2);  // a wide character must fit
  std::vector<std::string> out;
  const auto paragraph = [&](std::string_view words) {
    std::string line;
    int used = 0;
    for (std::size_t at = 0; at < words.size();) {
      if (words[at] == ' ') {
        ++at;
        continue;
      }
      std::string_view word = words.substr(at, words.find(' ', at) - at);
      at += word.size();
      const int wide = columns(word);
      if (!line.empty() && used + 1 + wide <= width) {
        line.append(1, ' ').append(word);
        used += 1 + wide;
        continue;
      }
      if (!line.empty()) out.push_back(std::move(line));
      while (columns(word) > width) {
        const std::string piece = fit(word, width, "");
        out.push_back(piece);
        word.remove_prefix(piece.size());
      }
      line = std::string(word);
      used = columns(word);
    }
    out.push_back(std::move(line));
  };
  std::size_t from = 0;
  for (std::size_t end; (end = text.find('\n', from)) != std::string_view::npos; from = end + 1)
    paragraph(text.substr(from, end - from));
  paragraph(text.substr(from));
  return out;
}

}  // namespace troupe::console
