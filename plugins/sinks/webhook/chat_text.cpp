#include "chat_text.hpp"

#include <troupe/log_line.hpp>

namespace troupe::webhook {
namespace {

constexpr std::string_view kZeroWidth =
    "\xe2\x80\x8b";  // U+200B: parts what would be a mention or a link, and is not seen
constexpr std::string_view kEllipsis = "\xe2\x80\xa6";

// What would be a mention or a link, broken up.
std::string_view brokenUp(std::string_view text, std::size_t at) {
  if (text[at] == '@') return "@\xe2\x80\x8b";
  if (text.substr(at, 3) == "://") return ":\xe2\x80\x8b";
  return {};
}

}  // namespace

std::string slackText(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto broken = brokenUp(text, at);
    if (!broken.empty())
      out += broken;
    else if (text[at] == '&')
      out += "&amp;";
    else if (text[at] == '<')
      out += "&lt;";
    else if (text[at] == '>')
      out += "&gt;";
    else if (text[at] == '*' || text[at] == '_' || text[at] == '~' || text[at] == '`')
      out.append(kZeroWidth).append(1, text[at]);
    else
      out += text[at];
  }
  return out;
}

std::string discordText(std::string_view text, std::size_t most) {
  std::string out;
  std::size_t units = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto from = at;
    const auto code = sinks::nextCodePoint(text, at);
    std::string piece(code < 0 ? std::string_view("?") : text.substr(from, at - from));
    std::size_t width = code > 0xffff ? 2 : 1;
    if (const auto broken = brokenUp(text, from); !broken.empty()) {
      piece = broken;
      width = 2;
    } else if (piece.size() == 1 && std::string_view("\\*_~`|>#[]()<-").find(piece[0]) != std::string_view::npos) {
      piece.insert(0, 1, '\\');
      width = 2;
    }
    // The last unit is for the sign that something is missing, unless this is the end.
    if (units + width > most - (at < text.size() ? 1 : 0)) return out.append(kEllipsis);
    out += piece;
    units += width;
  }
  return out;
}

}  // namespace troupe::webhook
