#pragma once

#include "support/anthropic_answers.hpp"
#include "support/mock_models.hpp"

namespace troupe::test {

/// Anthropic's Messages API, with two pages of models.
class MockAnthropic final : public MockModels {
 public:
  explicit MockAnthropic(Script script = {}) : MockModels(std::move(script)) {}

 private:
  bool isChat(const Received& got) const override { return got.path == "/v1/messages"; }
  bool hasKey(const Received& got, const std::string& key) const override { return header(got, "x-api-key") == key; }
  std::optional<LlmReply> other(const Received& got) const override {
    if (header(got, "anthropic-version").empty()) return refusal(400, "anthropic-version: header is required");
    if (got.method != "GET" || got.path.rfind("/v1/models", 0) != 0) return std::nullopt;
    const bool first = got.path.find("after_id=") == std::string::npos;
    return LlmReply{200, std::string(first ? anthropic_says::kModels : anthropic_says::kLastModels)};
  }
  LlmReply refusal(int status, const std::string& message) const override {
    JsonWriter json;
    json.beginObject().member("type", "error").key("error").beginObject();
    json.member("type", status == 401   ? "authentication_error"
                        : status == 404 ? "not_found_error"
                                        : "invalid_request_error");
    json.member("message", message).endObject().member("request_id", "req_mock").endObject();
    return {status, std::string(json.text()), {{"request-id", "req_mock"}}};
  }
  std::string fault(const Object& body) const override {
    if (!body.has("model")) return "model: Field required";
    if (!body.has("max_tokens")) return "max_tokens: Field required";
    if (!body.has("messages") || body.array("messages").Empty()) return "messages: at least one message is required";
    for (const auto& message : body.array("messages"))
      if (Object(message).text("role") == "system") return "messages: Unexpected role \"system\"";
    return "";
  }
  LlmReply whole(const std::string& model, const std::string& text) const override {
    JsonWriter json;
    json.beginObject().member("id", "msg_mock").member("type", "message").member("role", "assistant");
    json.member("model", model + "-2026-01-01").key("content").beginArray().beginObject().member("type", "text");
    json.member("text", text).endObject().endArray().member("stop_reason", "end_turn").key("stop_sequence").null();
    json.key("usage").beginObject().member("input_tokens", 19).member("output_tokens", 70).endObject().endObject();
    return {200, std::string(json.text())};
  }
  LlmReply streamed(const std::string& model, const std::string& text) const override {
    std::string events;
    const auto event = [&](const std::string& type, const std::string& members) {
      events += "event: " + type + "\ndata: {\"type\":\"" + type + "\"" + members + "}\n\n";
    };
    event("message_start", R"(,"message":{"id":"msg_mock","type":"message","role":"assistant","content":[],"model":")" +
                               model +
                               R"(-2026-01-01","stop_reason":null,"usage":{"input_tokens":19,"output_tokens":1}})");
    event("content_block_start", R"(,"index":0,"content_block":{"type":"text","text":""})");
    event("ping", "");
    for (const auto piece : pieces(text)) {
      JsonWriter json;
      json.value(piece);
      event("content_block_delta",
            R"(,"index":0,"delta":{"type":"text_delta","text":)" + std::string(json.text()) + "}");
    }
    event("content_block_stop", R"(,"index":0)");
    event("message_delta", R"(,"delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":70})");
    event("message_stop", "");
    return {200, events, {}, "text/event-stream; charset=utf-8"};
  }
};

}  // namespace troupe::test
