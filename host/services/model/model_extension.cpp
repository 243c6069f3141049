#include "services/model/model_extension.hpp"

#include <troupe/troupe.hpp>

#include <exception>
#include <string>

#include "services/call_context.hpp"
#include "services/model/model_calls.hpp"

namespace troupe::services {
namespace {

using OnAnswer = void (*)(void* arg, std::uint32_t part, troupe_str json);

constexpr const char* kNobody = "there are no models here: this node has no roles, or runs outside of a pipeline";

CallContext& contextOf(troupe_call* call) { return *static_cast<CallContext*>(call->ctx); }

int complete(void*, troupe_call* call, troupe_str request, OnAnswer on_answer, void* arg) {
  auto& context = contextOf(call);
  const auto fail = [&](int code, const std::string& message) {
    context.explain(code, message);
    JsonWriter problem;
    problem.beginObject().member("code", code).member("message", std::string_view(message)).endObject();
    on_answer(arg, TROUPE_MODEL_PROBLEM, str(problem.text()));
    return code;
  };
  try {
    auto* models = context.models();
    if (models == nullptr) return fail(TROUPE_E_UNSUPPORTED, kNobody);
    const auto answer = models->complete(view(request));
    on_answer(arg, TROUPE_MODEL_ANSWER, str(answer));
    return TROUPE_OK;
  } catch (const ModelFailure& e) {
    return fail(e.code(), e.what());
  } catch (const std::exception& e) {
    return fail(TROUPE_E_INTERNAL, e.what());
  }
}

int cast(void*, troupe_call* call, void (*on_cast)(void* arg, troupe_str json), void* arg) {
  auto& context = contextOf(call);
  const auto* models = context.models();
  if (models == nullptr) {
    context.explain(TROUPE_E_UNSUPPORTED, kNobody);
    return TROUPE_E_UNSUPPORTED;
  }
  on_cast(arg, str(models->cast()));
  return TROUPE_OK;
}

constexpr troupe_model kModel{sizeof(troupe_model), nullptr, &complete, &cast};

}  // namespace

const troupe_model* modelExtension() { return &kModel; }

}  // namespace troupe::services
