#include "server/request_head.hpp"

#include <algorithm>
#include <charconv>

#include "server/exchange.hpp"

namespace troupe::server {
namespace {

[[noreturn]] void refuse(const std::string& detail, int status = 400) { throw HttpError(status, detail); }

bool isToken(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  });
}

bool isFieldText(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f; });
}

/// Takes one line off the text; a line may end with LF alone.
std::string_view takeLine(std::string_view& text) {
  const auto end = text.find('\n');
  auto line = text.substr(0, end);
  text.remove_prefix(std::min(text.size(), line.size() + 1));
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

void readRequestLine(std::string_view line, RequestHead& head) {
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) refuse("the request line is not \"METHOD address HTTP/1.1\"");
  const auto method = line.substr(0, first);
  const auto target = line.substr(first + 1, last - first - 1);
  const auto version = line.substr(last + 1);
  if (!isToken(method) || method.size() > 32) refuse("the request's method is no method");
  if (target.empty() || std::any_of(target.begin(), target.end(),
                                    [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f; }))
    refuse("the request's address holds a space or a control character");
  if (version.size() != 8 || version.substr(0, 5) != "HTTP/" || version[6] != '.')
    refuse("the request line does not end with a version of HTTP");
  if (version != "HTTP/1.1" && version != "HTTP/1.0") refuse("only HTTP/1.1 and HTTP/1.0 are spoken here", 505);
  head.method = method;
  head.target = target;
  head.minor = version.back() - '0';
}

void readLength(std::string_view value, RequestHead& head) {
  std::uint64_t length = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), length);
  if (value.empty() || value[0] < '0' || value[0] > '9' || error != std::errc() || end != value.data() + value.size())
    refuse("Content-Length is no number");
  if (head.content_length) refuse("Content-Length stands twice");
  head.content_length = length;
}

void readConnection(RequestHead& head) {
  head.keep_alive = head.minor >= 1;
  const auto lower = lowered(head.header("connection"));
  for (std::string_view rest = lower; !rest.empty();) {
    const auto option = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(rest.size(), option.size() + 1));
    if (trimmed(option) == "close") {
      head.keep_alive = false;
      return;
    }
    if (trimmed(option) == "keep-alive") head.keep_alive = true;
  }
}

void readBodyRules(RequestHead& head) {
  bool coded = false;
  for (const auto& [name, value] : head.headers) {
    if (name == "content-length") readLength(value, head);
    if (name != "transfer-encoding") continue;
    if (coded || lowered(value) != "chunked")
      refuse("the only Transfer-Encoding that is understood is \"chunked\"", 501);
    coded = true;
  }
  if (coded && (head.content_length || head.minor == 0))
    refuse("a request with Transfer-Encoding has neither Content-Length nor HTTP/1.0");
  head.chunked = coded;
  const auto expect = lowered(head.header("expect"));
  if (!expect.empty() && expect != "100-continue")
    refuse("the only Expect that is understood is \"100-continue\"", 417);
  head.expect_continue = !expect.empty() && head.minor >= 1 && head.hasBody();
}

}  // namespace

std::string lowered(std::string_view text) {
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return lower;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::string RequestHead::header(std::string_view lower_name) const {
  std::string joined;
  bool found = false;
  for (const auto& [name, value] : headers) {
    if (name != lower_name) continue;
    if (found) joined += ", ";
    joined += value;
    found = true;
  }
  return joined;
}

RequestHead readHead(std::string_view text) {
  RequestHead head;
  readRequestLine(takeLine(text), head);
  int hosts = 0;
  while (!text.empty()) {
    const auto line = takeLine(text);
    if (line.empty()) break;
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || !isToken(line.substr(0, colon)))
      refuse("a header line is not \"Name: value\"");
    const auto value = trimmed(line.substr(colon + 1));
    if (!isFieldText(value)) refuse("a header's value holds a control character");
    head.headers.emplace_back(lowered(line.substr(0, colon)), value);
    if (head.headers.back().first == "host") ++hosts;
  }
  if (hosts > 1 || (hosts == 0 && head.minor >= 1)) refuse("a request names its Host once");
  readBodyRules(head);
  readConnection(head);
  return head;
}

}  // namespace troupe::server
