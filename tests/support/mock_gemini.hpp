#pragma once

#include "support/gemini_answers.hpp"
#include "support/mock_models.hpp"

namespace troupe::test {

/// Google's generateContent, with two pages of models.
class MockGemini final : public MockModels {
 public:
  explicit MockGemini(Script script = {}) : MockModels(std::move(script)) {}

 private:
  bool isChat(const Received& got) const override {
    return got.path.rfind("/v1beta/models/", 0) == 0 && (endsWith(got.path, ":generateContent") || isStream(got));
  }
  bool hasKey(const Received& got, const std::string& key) const override {
    return header(got, "x-goog-api-key") == key;
  }
  std::optional<LlmReply> other(const Received& got) const override {
    if (got.method != "GET" || got.path.rfind("/v1beta/models?", 0) != 0) return std::nullopt;
    const bool first = got.path.find("pageToken=") == std::string::npos;
    return LlmReply{200, std::string(first ? gemini_says::kModels : gemini_says::kLastModels)};
  }
  LlmReply refusal(int status, const std::string& message) const override {
    if (status == 401) return {400, std::string(gemini_says::kBadKey)};  // As the real one says it.
    JsonWriter json;
    json.beginObject().key("error").beginObject().member("code", status).member("message", message);
    json.member("status", status == 404 ? "NOT_FOUND" : "INVALID_ARGUMENT").endObject().endObject();
    return {status, std::string(json.text())};
  }
  std::string fault(const Object& body) const override {
    if (!body.has("contents") || body.array("contents").Empty()) return "contents is not specified";
    for (const auto& content : body.array("contents"))
      if (const auto role = Object(content).text("role"); role != "user" && role != "model")
        return "Please use a valid role: user, model.";
    return "";
  }
  bool wantsStream(const Received& got, const Object&) const override { return isStream(got); }
  std::string modelOf(const Received& got, const Object&) const override {
    const auto from = std::string("/v1beta/models/").size();
    return got.path.substr(from, got.path.rfind(':') - from);
  }
  LlmReply whole(const std::string& model, const std::string& text) const override {
    return {200, response(model, text, true)};
  }
  LlmReply streamed(const std::string& model, const std::string& text) const override {
    std::string events;
    for (const auto piece : pieces(text)) events += "data: " + response(model, piece, false) + "\r\n\r\n";
    events += "data: " + response(model, "", true) + "\r\n\r\n";
    return {200, events, {}, "text/event-stream"};
  }

  static bool endsWith(const std::string& text, std::string_view end) {
    return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
  }
  static bool isStream(const Received& got) { return endsWith(got.path, ":streamGenerateContent?alt=sse"); }
  static std::string response(const std::string& model, std::string_view text, bool last) {
    JsonWriter json;
    json.beginObject().key("candidates").beginArray().beginObject().key("content").beginObject();
    json.key("parts").beginArray().beginObject().member("text", text).endObject().endArray().member("role", "model");
    json.endObject();
    if (last) json.member("finishReason", "STOP");
    json.member("index", 0).endObject().endArray().key("usageMetadata").beginObject();
    json.member("promptTokenCount", 19);
    if (last) json.member("candidatesTokenCount", 70).member("totalTokenCount", 89);
    json.endObject().member("modelVersion", model + "-2026-01-01").endObject();
    return std::string(json.text());
  }
};

}  // namespace troupe::test
