#pragma once

#include "support/mock_models.hpp"
#include "support/ollama_answers.hpp"

namespace troupe::test {

/// Ollama's api/chat and its list of models. It streams unless the request says that it should not.
class MockOllama final : public MockModels {
 public:
  explicit MockOllama(Script script = {}) : MockModels(std::move(script)) {}

 private:
  bool isChat(const Received& got) const override { return got.path == "/api/chat"; }
  bool hasKey(const Received& got, const std::string& key) const override {
    return header(got, "authorization") == "Bearer " + key;
  }
  std::optional<LlmReply> other(const Received& got) const override {
    if (got.method != "GET" || got.path != "/api/tags") return std::nullopt;
    return LlmReply{200, std::string(ollama_says::kModels), {}, "application/json; charset=utf-8"};
  }
  LlmReply refusal(int status, const std::string& message) const override {
    JsonWriter json;
    json.beginObject().member("error", message).endObject();
    return {status, std::string(json.text())};
  }
  std::string fault(const Object& body) const override {
    return body.text("model", "").empty() ? "model is required" : body.has("messages") ? "" : "messages are required";
  }
  bool wantsStream(const Received&, const Object& body) const override { return body.boolean("stream", true); }
  LlmReply whole(const std::string& model, const std::string& text) const override {
    return {200, object(model, text, true), {}, "application/json; charset=utf-8"};
  }
  LlmReply streamed(const std::string& model, const std::string& text) const override {
    std::string lines;
    for (const auto piece : pieces(text)) lines += object(model, piece, false) + "\n";
    return {200, lines + object(model, "", true) + "\n", {}, "application/x-ndjson"};
  }

  static std::string object(const std::string& model, std::string_view text, bool last) {
    JsonWriter json;
    json.beginObject().member("model", model + "-2026-01-01").member("created_at", "2026-01-01T00:00:00Z");
    json.key("message").beginObject().member("role", "assistant").member("content", text).endObject();
    if (last) json.member("done_reason", "stop");
    json.member("done", last);
    if (last)
      json.member("total_duration", std::int64_t{4883583458}).member("prompt_eval_count", 19).member("eval_count", 70);
    json.endObject();
    return std::string(json.text());
  }
};

}  // namespace troupe::test
