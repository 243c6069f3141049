#include "services/http/http_extension.hpp"

#include <troupe/troupe.hpp>

#include <exception>
#include <utility>

#include "services/call_context.hpp"

namespace troupe::services {

HttpExtension::HttpExtension(NodeNetwork node)
    : node_(std::move(node)),
      table_{
          sizeof(troupe_http), this, [](void* ctx, troupe_call* call, troupe_str request, OnPart on_part, void* arg) {
            const std::string_view json = request.n == 0 ? std::string_view() : std::string_view(request.p, request.n);
            return static_cast<HttpExtension*>(ctx)->request(call, json, on_part, arg);
          }} {}

int HttpExtension::request(troupe_call* call, std::string_view json, OnPart on_part, void* arg) const {
  auto& context = *static_cast<CallContext*>(call->ctx);
  const auto fail = [&](int code, const std::string& message) {
    context.explain(code, message);
    JsonWriter problem;
    problem.beginObject().member("code", code).member("message", std::string_view(message)).endObject();
    const auto text = problem.text();
    on_part(arg, TROUPE_HTTP_PROBLEM, troupe_str{text.data(), text.size()});
    return code;
  };
  try {
    if (!node_.http) throw HttpFailure(TROUPE_E_UNSUPPORTED, "there is no network here");
    const int ended = node_.http->fetch(node_, context, json, [&](std::uint32_t part, std::string_view bytes) {
      return on_part(arg, part, troupe_str{bytes.data(), bytes.size()});
    });
    context.requestEnded(true);
    return ended;
  } catch (const HttpFailure& e) {
    context.requestEnded(e.left());
    return fail(e.code(), e.what());
  } catch (const std::exception& e) {
    context.requestEnded(true);
    return fail(TROUPE_E_INTERNAL, e.what());
  }
}

}  // namespace troupe::services
