#include "services/http/url.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <cctype>
#include <memory>
#include <new>
#include <stdexcept>

namespace troupe::services {
namespace {

struct CloseUrl {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
using UrlHandle = std::unique_ptr<CURLU, CloseUrl>;

std::string part(CURLU* url, CURLUPart what) {
  char* text = nullptr;
  if (curl_url_get(url, what, &text, 0) != CURLUE_OK) return {};
  std::string copy(text);
  curl_free(text);
  return copy;
}

std::string plainHost(std::string host) {
  if (host.size() > 1 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  if (host.size() > 1 && host.back() == '.') host.pop_back();
  std::transform(host.begin(), host.end(), host.begin(), [](unsigned char c) { return std::tolower(c); });
  return host;
}

}  // namespace

Url parseUrl(const std::string& text) {
  if (text.find('\0') != std::string::npos) throw std::invalid_argument("the address holds the character U+0000");
  const UrlHandle url(curl_url());
  if (!url) throw std::bad_alloc();
  if (const auto code = curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0); code != CURLUE_OK)
    throw std::invalid_argument(std::string("this is no address: ") + curl_url_strerror(code));
  const auto scheme = part(url.get(), CURLUPART_SCHEME);
  if (scheme != "http" && scheme != "https")
    throw std::invalid_argument("the address does not begin with http:// or https://");
  if (!part(url.get(), CURLUPART_USER).empty() || !part(url.get(), CURLUPART_PASSWORD).empty())
    throw std::invalid_argument("the address holds a user or a password; put them into an Authorization header");
  curl_url_set(url.get(), CURLUPART_FRAGMENT, nullptr, 0);
  return {part(url.get(), CURLUPART_URL), plainHost(part(url.get(), CURLUPART_HOST))};
}

std::string urlHost(const std::string& text) {
  try {
    return parseUrl(text).host;
  } catch (const std::invalid_argument&) {
    return {};
  }
}

bool namesHost(const std::vector<std::string>& patterns, std::string_view host) {
  return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
    const auto wanted = plainHost(pattern);
    if (wanted.rfind("*.", 0) != 0) return !wanted.empty() && wanted == host;
    const auto tail = std::string_view(wanted).substr(1);
    return host.size() > tail.size() && host.substr(host.size() - tail.size()) == tail;
  });
}

}  // namespace troupe::services
