#include "server/target.hpp"

#include "config/json_scan.hpp"
#include "server/exchange.hpp"

namespace troupe::server {
namespace {

[[noreturn]] void refuse(const std::string& detail) { throw HttpError(400, detail); }

int hexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string decode(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      const int high = i + 2 < text.size() ? hexDigit(text[i + 1]) : -1;
      const int low = high >= 0 ? hexDigit(text[i + 2]) : -1;
      if (low < 0) refuse("a \"%\" is not followed by two hexadecimal digits");
      c = static_cast<char>(high * 16 + low);
      i += 2;
    } else if (c == '+' && plus_is_space) {
      c = ' ';
    }
    out += c;
  }
  if (config::firstInvalidUtf8(out) != std::string_view::npos) refuse("the address is no UTF-8");
  return out;
}

std::string readSegment(std::string_view raw) {
  auto segment = decode(raw, false);
  if (segment == "." || segment == "..") refuse("the path has a segment \"" + segment + "\"");
  for (const char c : segment) {
    if (c == '/' || c == '\\') refuse("a segment of the path holds a slash or a backslash");
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) refuse("the path holds a control character");
  }
  return segment;
}

}  // namespace

std::map<std::string, std::string, std::less<>> readQuery(std::string_view query) {
  std::map<std::string, std::string, std::less<>> pairs;
  while (!query.empty()) {
    const auto pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
    if (pair.empty()) continue;
    const auto equals = pair.find('=');
    auto name = decode(pair.substr(0, equals), true);
    auto value = equals == std::string_view::npos ? std::string() : decode(pair.substr(equals + 1), true);
    if (name.find('\0') != std::string::npos || value.find('\0') != std::string::npos)
      refuse("the query holds the character U+0000");
    pairs.try_emplace(std::move(name), std::move(value));
  }
  return pairs;
}

Target readTarget(std::string_view target) {
  Target read;
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (target.substr(0, scheme.size()) != scheme) continue;
    target.remove_prefix(scheme.size());
    const auto end = std::min(target.find_first_of("/?"), target.size());
    read.authority = target.substr(0, end);
    target.remove_prefix(end);
    if (read.authority.empty()) refuse("the address names no host");
    if (target.empty() || target[0] == '?') read.path = "/";
    break;
  }
  const auto question = target.find('?');
  if (question != std::string_view::npos) read.query = readQuery(target.substr(question + 1));
  auto path = target.substr(0, question);
  if (path == "*" || !read.path.empty()) {
    if (read.path.empty()) read.path = "*";
    return read;
  }
  if (path.empty() || path[0] != '/') refuse("the address is no path: it begins with \"/\"");
  while (!path.empty()) {
    path.remove_prefix(1);
    const auto segment = path.substr(0, path.find('/'));
    read.path += '/';
    read.path += readSegment(segment);
    path.remove_prefix(segment.size());
  }
  return read;
}

}  // namespace troupe::server
