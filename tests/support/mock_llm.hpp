#pragma once

/// A server of OpenAI's chat completions on loopback. What it says to a good request has the shape of the documented
/// answers in llm_answers.hpp, streamed where the request says so; what it does to others is up to the test.

#include <rapidjson/document.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <troupe/troupe.hpp>

#include "support/http_server.hpp"
#include "support/llm_answers.hpp"

namespace troupe::test {

struct LlmReply {
  int status = 200;
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string type = "application/json";
};

class MockLlm {
 public:
  /// What becomes of a request; nothing: a good answer.
  using Script = std::function<std::optional<LlmReply>(const Received&)>;

  explicit MockLlm(Script script = {})
      : script_(std::move(script)),
        server_([this](const Received& got, Poco::Net::HTTPServerResponse& response) { send(reply(got), response); }) {}

  /// Refuses requests without this key, as OpenAI does.
  void requireKey(std::string key) {
    const std::lock_guard lock(mutex_);
    key_ = std::move(key);
  }
  std::string baseUrl() const { return server_.url("/v1"); }
  HttpServer& server() { return server_; }
  std::vector<Received> received() const { return server_.received(); }

  /// The text of the good answer to a prompt.
  static std::string story(const std::string& model, std::int64_t number) {
    return "The lamp keeper of " + model + " counted " + std::to_string(number) +
           " ships that night. Each one answered his light with a bell, and he wrote the bells down in a small blue "
           "book. When the fog came, he read the book aloud, and the ships found the harbour by his voice. In the "
           "morning the sea was quiet, and the last page was dry.";
  }

 private:
  static std::string error(const std::string& message, const char* type, const char* code) {
    JsonWriter json;
    json.beginObject().key("error").beginObject();
    json.member("message", message).member("type", type).key("param").null();
    json.member("code", code).endObject().endObject();
    return std::string(json.text());
  }

  LlmReply reply(const Received& got) {
    if (script_)
      if (auto scripted = script_(got)) return std::move(*scripted);
    if (got.path != "/v1/chat/completions" || got.method != "POST")
      return {404, error("Invalid URL (" + got.method + " " + got.path + ")", "invalid_request_error", "unknown_url")};
    const auto auth = got.headers.find("authorization");
    if (const auto key = wanted(); !key.empty() && (auth == got.headers.end() || auth->second != "Bearer " + key))
      return {401, std::string(llm::kBadKey)};
    rapidjson::Document request;
    request.Parse(got.body.data(), got.body.size());
    if (request.HasParseError() || !request.IsObject())
      return {400, error("We could not parse the JSON body of your request.", "invalid_request_error", "invalid_json")};
    const Object body(request);
    if (!body.has("model") || !body.has("messages") || body.array("messages").Empty())
      return {400, error("you must provide a model parameter and messages", "invalid_request_error", "missing")};
    const std::string model(body.text("model"));
    const auto text = story(model, ++stories_);
    return body.boolean("stream", false) ? LlmReply{200, streamed(model, text), {}, "text/event-stream"}
                                         : LlmReply{200, whole(model, text)};
  }

  static std::string whole(const std::string& model, const std::string& text) {
    JsonWriter json;
    json.beginObject().member("id", "chatcmpl-mock").member("object", "chat.completion").member("created", 1741569952);
    json.member("model", model + "-2026-01-01").key("choices").beginArray().beginObject().member("index", 0);
    json.key("message").beginObject().member("role", "assistant").member("content", text).key("refusal").null();
    json.endObject().key("logprobs").null().member("finish_reason", "stop").endObject().endArray();
    writeUsage(json);
    json.endObject();
    return std::string(json.text());
  }

  static std::string streamed(const std::string& model, const std::string& text) {
    std::string events;
    const auto chunk = [&](const std::function<void(JsonWriter&)>& fill) {
      JsonWriter json;
      json.beginObject().member("id", "chatcmpl-mock").member("object", "chat.completion.chunk");
      json.member("created", 1741569952).member("model", model + "-2026-01-01");
      fill(json);
      json.endObject();
      events.append("data: ").append(json.text()).append("\n\n");
    };
    const auto choice = [&](std::string_view content, const char* finish) {
      chunk([&](JsonWriter& json) {
        json.key("choices").beginArray().beginObject().member("index", 0).key("delta").beginObject();
        if (finish == nullptr) json.member("content", content);
        json.endObject().key("logprobs").null().key("finish_reason");
        if (finish == nullptr)
          json.null();
        else
          json.value(finish);
        json.endObject().endArray();
      });
    };
    for (std::size_t at = 0; at < text.size(); at += 16) choice(std::string_view(text).substr(at, 16), nullptr);
    choice("", "stop");
    chunk([](JsonWriter& json) {
      json.key("choices").beginArray().endArray();
      writeUsage(json);
    });
    return events + "data: [DONE]\n\n";
  }

  static void writeUsage(JsonWriter& json) {
    json.key("usage").beginObject().member("prompt_tokens", 19).member("completion_tokens", 70);
    json.member("total_tokens", 89).endObject();
  }

  static void send(const LlmReply& reply, Poco::Net::HTTPServerResponse& response) {
    response.setStatus(static_cast<Poco::Net::HTTPResponse::HTTPStatus>(reply.status));
    response.setContentType(reply.type);
    for (const auto& header : reply.headers) response.set(header.first, header.second);
    response.setContentLength64(static_cast<Poco::Int64>(reply.body.size()));
    response.send() << reply.body;
  }

  std::string wanted() const {
    const std::lock_guard lock(mutex_);
    return key_;
  }

  const Script script_;
  mutable std::mutex mutex_;  // Guards the next.
  std::string key_;
  std::atomic<std::int64_t> stories_{0};
  HttpServer server_;
};

}  // namespace troupe::test
