// C++ sugar over troupe/ext/http.h. Header-only, C++17.
#ifndef TROUPE_HTTP_HPP
#define TROUPE_HTTP_HPP

#include <troupe/ext/http.h>
#include <troupe/troupe.hpp>

#include <cstdint>
#include <cstdlib>
#include <exception>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe {

/// A request, with "${secret:NAME}" where the host is to put a secret in.
struct HttpRequest {
  struct Signature {
    std::string header, secret, prefix;
  };
  std::string method = "GET";
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;  // UTF-8
  std::int64_t timeout_ms = 60000;
  std::int64_t first_byte_ms = 0;  // From the start to the head of the answer; 0: timeout_ms alone.
  std::int64_t idle_ms = 0;        // Between two pieces of the answer; 0: timeout_ms alone.
  std::vector<Signature> sign;

  /// As the host takes it. `mode`: "body", "lines" or "sse".
  std::string json(std::string_view mode = "body") const {
    JsonWriter writer;
    writer.beginObject()
        .member("method", std::string_view(method))
        .member("url", std::string_view(url))
        .member("timeout_ms", timeout_ms)
        .member("mode", mode);
    if (first_byte_ms > 0) writer.member("first_byte_ms", first_byte_ms);
    if (idle_ms > 0) writer.member("idle_ms", idle_ms);
    writer.key("headers").beginObject();
    for (const auto& header : headers) writer.member(header.first, std::string_view(header.second));
    writer.endObject();
    if (!body.empty()) writer.member("body", std::string_view(body));
    writer.key("sign").beginArray();
    for (const auto& one : sign) {
      writer.beginObject()
          .member("header", std::string_view(one.header))
          .member("secret", std::string_view(one.secret));
      writer.member("prefix", std::string_view(one.prefix)).endObject();
    }
    writer.endArray().endObject();
    return std::string(writer.text());
  }
};

struct HttpResponse {
  int status = 0;
  std::map<std::string, std::string, std::less<>> headers;  // names in lower case
  std::string body;

  bool ok() const { return status >= 200 && status < 300; }
  /// "" when there is none.
  std::string_view header(std::string_view name) const {
    const auto it = headers.find(name);
    return it == headers.end() ? std::string_view() : std::string_view(it->second);
  }
  /// Retry-After in milliseconds, or -1 without one in seconds.
  std::int64_t retryAfterMs() const {
    const std::string text(header("retry-after"));
    if (text.empty() || text.size() > 9 || text.find_first_not_of("0123456789") != std::string::npos) return -1;
    return std::strtoll(text.c_str(), nullptr, 10) * 1000;
  }
};

/// troupe.http/1 of a host.
class Http {
 public:
  explicit Http(Host host) : http_(host.extension<troupe_http>(TROUPE_HTTP_ID)) {}
  bool offered() const { return http_ != nullptr; }

  using OnText = std::function<void(const HttpResponse& head, std::string_view text)>;
  using OnEvent = std::function<void(const HttpResponse& head, std::string_view name, std::string_view data)>;

  /// Sends the request and collects its answer; throws troupe::Error when there is none. [run]
  HttpResponse request(Call& call, const HttpRequest& request) const {
    Receiver receiver;
    return receive(call, request.json(), receiver);
  }
  /// The same, with `on_body` called for each piece of the body as it comes; what it throws ends the request. Returns
  /// the head.
  HttpResponse request(Call& call, const HttpRequest& request, const OnText& on_body) const {
    Receiver receiver;
    receiver.on_body = &on_body;
    return receive(call, request.json(), receiver);
  }
  /// The same, line by line (NDJSON), without their ends. The answer of a status other than 2xx is collected in `body`
  /// of what is returned.
  HttpResponse lines(Call& call, const HttpRequest& request, const OnText& on_line) const {
    Receiver receiver;
    receiver.on_line = &on_line;
    return receive(call, request.json("lines"), receiver);
  }
  /// The same, event by event (text/event-stream). An answer that is no stream of events is collected in `body` of what
  /// is returned: look at its status and type.
  HttpResponse events(Call& call, const HttpRequest& request, const OnEvent& on_event) const {
    Receiver receiver;
    receiver.on_event = &on_event;
    return receive(call, request.json("sse"), receiver);
  }

 private:
  struct Receiver {
    const OnText* on_body = nullptr;  // Null: collected.
    const OnText* on_line = nullptr;
    const OnEvent* on_event = nullptr;
    HttpResponse response;
    std::string problem;
    std::exception_ptr thrown;

    void take(std::uint32_t part, std::string_view bytes) {
      if (part == TROUPE_HTTP_BODY) {
        if (on_body != nullptr)
          (*on_body)(response, bytes);
        else
          response.body += bytes;
      } else if (part == TROUPE_HTTP_LINE) {
        if (on_line != nullptr) (*on_line)(response, bytes);
      } else if (part == TROUPE_HTTP_EVENT) {
        const auto end = bytes.find('\n');
        if (on_event != nullptr && end != bytes.npos)
          (*on_event)(response, bytes.substr(0, end), bytes.substr(end + 1));
      } else if (part == TROUPE_HTTP_HEAD || part == TROUPE_HTTP_PROBLEM) {
        takeJson(part, bytes);
      }
    }
    void takeJson(std::uint32_t part, std::string_view bytes) {
      rapidjson::Document document;
      detail::parse(document, bytes, "an answer of the host");
      const Object json(document);
      if (part == TROUPE_HTTP_PROBLEM) {
        problem = json.text("message");
        return;
      }
      response.status = static_cast<int>(json.integer("status"));
      for (const auto& header : json.object("headers").json().GetObject())
        response.headers.emplace(header.name.GetString(),
                                 std::string(header.value.GetString(), header.value.GetStringLength()));
    }
  };

  HttpResponse receive(Call& call, const std::string& json, Receiver& receiver) const {
    if (http_ == nullptr) throw Error(TROUPE_E_UNSUPPORTED, "the host does not offer " TROUPE_HTTP_ID);
    const int code = http_->request(
        http_->ctx, call.raw(), str(json),
        [](void* arg, std::uint32_t part, troupe_str bytes) -> int {
          auto& self = *static_cast<Receiver*>(arg);
          try {
            self.take(part, view(bytes));
            return TROUPE_OK;
          } catch (...) {
            self.thrown = std::current_exception();
            return TROUPE_E_INTERNAL;
          }
        },
        &receiver);
    if (receiver.thrown) std::rethrow_exception(receiver.thrown);
    if (code != TROUPE_OK) throw Error(code, receiver.problem.empty() ? "the request failed" : receiver.problem);
    return std::move(receiver.response);
  }

  const troupe_http* http_;
};

}  // namespace troupe

#endif
