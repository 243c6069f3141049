#pragma once

#include <rapidjson/document.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <troupe/model.hpp>

#include "support/fake_host.hpp"

namespace troupe::test {

/// What a model is asked in a test.
struct Asked {
  std::string role, system, user, schema, key;
  int at = 0;
  std::int64_t max_tokens = 0;
  std::optional<double> temperature;
};

/// A host whose models answer by functions of the test: troupe.model/1 without a pipeline. [any thread]
class MockModels {
 public:
  /// Gives the text, or throws troupe::Error.
  using Model = std::function<std::string(const Asked&)>;

  explicit MockModels(Model model) : model_(std::move(model)) {
    table_ = {sizeof(troupe_model), this,
              [](void* ctx, troupe_call*, troupe_str request, void (*on_answer)(void*, std::uint32_t, troupe_str),
                 void* arg) { return static_cast<MockModels*>(ctx)->complete(view(request), on_answer, arg); },
              [](void* ctx, troupe_call*, void (*on_cast)(void*, troupe_str), void* arg) {
                on_cast(arg, str(static_cast<MockModels*>(ctx)->cast));
                return static_cast<int>(TROUPE_OK);
              }};
    host.offer(TROUPE_MODEL_ID, &table_);
  }

  FakeHost host;
  std::string cast = R"({"roles":{"judge":[{"node":"claude","type":"t","model":"claude-x"}]},"candidates":[]})";
  std::vector<std::string> names{"claude-x"};  // That answer, by `at`.

  std::vector<Asked> asked() const {
    const std::lock_guard lock(mutex_);
    return asked_;
  }

 private:
  int complete(std::string_view json, void (*on_answer)(void*, std::uint32_t, troupe_str), void* arg) {
    const detail::Parsed parsed(json, "the request");
    const Object request(parsed.document());
    Asked asked;
    asked.role = request.text("role");
    asked.at = static_cast<int>(request.integer("at", 0));
    asked.key = request.text("key", "");
    asked.max_tokens = request.integer("max_tokens", 0);
    if (request.has("temperature")) asked.temperature = request.number("temperature");
    for (const auto& message : request.array("messages"))
      (Object(message).text("role") == "system" ? asked.system : asked.user) += Object(message).text("content");
    if (request.has("response_schema")) {
      JsonWriter schema;
      schema.value(*request.find("response_schema"));
      asked.schema = schema.text();
    }
    {
      const std::lock_guard lock(mutex_);
      asked_.push_back(asked);
    }
    JsonWriter answer;
    try {
      const auto text = model_(asked);
      answer.beginObject().member("node", "n").member("model", names.at(static_cast<std::size_t>(asked.at)));
      answer.member("text", text).member("finish", "stop").endObject();
      on_answer(arg, TROUPE_MODEL_ANSWER, str(answer.text()));
      return TROUPE_OK;
    } catch (const Error& e) {
      answer.beginObject().member("code", e.code()).member("message", e.what()).endObject();
      on_answer(arg, TROUPE_MODEL_PROBLEM, str(answer.text()));
      return e.code();
    }
  }

  const Model model_;
  troupe_model table_{};
  mutable std::mutex mutex_;  // Guards all below.
  std::vector<Asked> asked_;
};

/// What stands outside of all fences; with `fence` "" that is everything.
inline std::string outside(const std::string& text, const std::string& fence) {
  std::string out;
  bool inside = false;
  for (std::size_t at = 0; at <= text.size();) {
    const auto end = std::min(text.find('\n', at), text.size());
    const auto line = text.substr(at, end - at);
    if (!fence.empty() && line == fence) {
      inside = !inside;
    } else if (!inside) {
      out += line + "\n";
    }
    at = end + 1;
  }
  return out;
}

/// The fence that the judge is told of: the line after "read exactly". Asserts nothing: it is used on threads of the
/// plugin, which Catch does not know.
inline std::string fenceOf(const Asked& asked) {
  const std::string mark = "read exactly\n";
  const auto at = asked.system.find(mark);
  if (at == std::string::npos) throw Error(TROUPE_E_INTERNAL, "the judge is told of no fence");
  const auto begin = at + mark.size();
  return asked.system.substr(begin, asked.system.find('\n', begin) - begin);
}

inline std::string candidateJson(const std::string& node, const std::string& text, const std::string& model = "") {
  JsonWriter json;
  json.beginObject().member("id", "0/" + node).member("node", node);
  json.member("model", model.empty() ? node + "-1" : model).member("text", text).member("finish", "stop").endObject();
  return std::string(json.text());
}

constexpr const char* kSample =
    R"("sample":{"run":"r","index":0,"seed":7,"prompt":{"messages":[{"role":"system","content":"You write."},)"
    R"({"role":"user","content":"Write a story."}]}})";

inline std::string oneInput(const std::string& text) {
  return "{\"candidate\":" + candidateJson("wren", text) + "," + kSample + "}";
}

inline std::string severalInput(const std::vector<std::string>& candidates) {
  std::string list;
  for (const auto& candidate : candidates) list += (list.empty() ? "" : ",") + candidate;
  return "{\"candidates\":[" + list + "]," + kSample + "}";
}

inline rapidjson::Document jsonOf(const std::string& text) {
  rapidjson::Document document;
  document.Parse(text.data(), text.size());
  INFO(text);
  REQUIRE_FALSE(document.HasParseError());
  return document;
}

}  // namespace troupe::test
