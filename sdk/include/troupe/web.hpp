/// C++17 sugar over troupe.web/1 (<troupe/ext/web.h>): header-only, like <troupe/troupe.hpp>.
///
///   class Ndjson final : public troupe::Node {
///    public:
///     Ndjson(const troupe::Options&, troupe::Host host) {
///       troupe::Web(host).declare(troupe::WebDeclaration().stream("ndjson", {"/api/v1/events.ndjson"},
///       "application/x-ndjson"));
///     }
///     void run(troupe::Call& call) override { ... troupe::emitFrame(call, "ndjson", line); }
///   };
#ifndef TROUPE_WEB_HPP
#define TROUPE_WEB_HPP

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <troupe/ext/web.h>
#include <troupe/troupe.hpp>

namespace troupe {

/// What a node serves.
class WebDeclaration {
 public:
  /// With "{run}" in its path a stream carries the events of one run, without it those of all.
  WebDeclaration& stream(std::string_view name, std::initializer_list<std::string_view> paths,
                         std::string_view content_type, int heartbeat_ms = 10000) {
    JsonWriter json;
    json.beginObject().member("name", name).key("paths").beginArray();
    for (const auto path : paths) json.value(path);
    json.endArray().member("content_type", content_type).member("heartbeat_ms", heartbeat_ms).endObject();
    streams_.emplace_back(json.text());
    return *this;
  }
  /// Answered through run(); `right` is none, watch or operate.
  WebDeclaration& request(std::string_view method, std::string_view path, std::string_view right) {
    JsonWriter json;
    json.beginObject().member("method", method).member("path", path).member("right", right).endObject();
    requests_.emplace_back(json.text());
    return *this;
  }
  std::string json() const {
    JsonWriter json;
    json.beginObject().key("streams").beginArray();
    for (const auto& stream : streams_) json.raw(stream);
    json.endArray().key("requests").beginArray();
    for (const auto& request : requests_) json.raw(request);
    json.endArray().endObject();
    return std::string(json.text());
  }

 private:
  std::vector<std::string> streams_, requests_;
};

/// The host's web server, in a node's constructor.
class Web {
 public:
  explicit Web(Host host) : table_(host.extension<troupe_web>(TROUPE_WEB_ID)) {
    if (table_ == nullptr) throw Error(TROUPE_E_UNSUPPORTED, "the host does not offer " TROUPE_WEB_ID);
  }
  /// Once; throws when the host refuses it.
  void declare(const WebDeclaration& declaration) {
    check(table_->declare(table_->ctx, str(declaration.json())), "the declaration");
  }
  /// A file that is served as it is.
  void asset(std::string_view path, std::string_view content_type, std::string_view body) {
    check(table_->asset(table_->ctx, str(path), str(content_type), str(body)), path);
  }

 private:
  static void check(int code, std::string_view what) {
    if (code != TROUPE_OK) throw Error(code, "the host refuses " + std::string(what) + "; the log says why");
  }
  const troupe_web* table_;
};

/// Sends the bytes of an event to a declared stream.
inline void emitFrame(Call& call, std::string_view stream, std::string_view text) {
  JsonWriter json;
  json.beginObject().member("stream", stream).member("text", text).endObject();
  call.emit("frame", json);
}

/// A request that the node is asked to answer: `if (troupe::isWebRequest(call)) … troupe::webRequest(call)`
class WebRequest {
 public:
  explicit WebRequest(const rapidjson::Value& json) : json_(json) {}
  std::string_view method() const { return json_.text("method"); }
  std::string_view path() const { return json_.text("path"); }
  std::string_view body() const { return json_.text("body", ""); }
  /// Prefix of public paths, for links.
  std::string_view base() const { return json_.text("base", ""); }
  std::string_view right() const { return json_.text("right"); }
  /// "" when it is not there, like query() and header().
  std::string_view param(std::string_view name) const { return member("params", name); }
  std::string_view query(std::string_view name) const { return member("query", name); }
  /// `name` in lower case.
  std::string_view header(std::string_view name) const { return member("headers", name); }

 private:
  std::string_view member(std::string_view object, std::string_view name) const {
    const auto* values = json_.find(object);
    return values == nullptr ? std::string_view() : Object(*values).text(name, "");
  }
  Object json_;
};

inline bool isWebRequest(Call& call) { return call.input().has("request"); }
inline WebRequest webRequest(Call& call) { return WebRequest(call.in("request")); }

/// Answers a request; exactly once.
inline void respond(Call& call, int status, std::string_view content_type, std::string_view body,
                    std::initializer_list<std::pair<std::string_view, std::string_view>> headers = {}) {
  JsonWriter json;
  json.beginObject().member("status", status).key("headers").beginObject();
  if (!content_type.empty()) json.member("Content-Type", content_type);
  for (const auto& header : headers) json.member(header.first, header.second);
  json.endObject().member("body", body).endObject();
  call.emit("response", json);
}

}  // namespace troupe

#endif
