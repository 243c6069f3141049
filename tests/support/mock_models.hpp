#pragma once

/// Servers of the other wire formats on loopback: Anthropic's Messages, Gemini's generateContent, Ollama's api/chat.
/// Like MockLlm: what one says to a good request has the shape of the documented answers, streamed where the request
/// says so; what it does to others is up to the test.

#include <rapidjson/document.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "support/mock_llm.hpp"

namespace troupe::test {

/// What the three have in common.
class MockModels {
 public:
  using Script = MockLlm::Script;

  explicit MockModels(Script script)
      : script_(std::move(script)),
        server_([this](const Received& got, Poco::Net::HTTPServerResponse& response) { send(reply(got), response); }) {}
  virtual ~MockModels() = default;

  /// Refuses requests without this key.
  void requireKey(std::string key) {
    const std::lock_guard lock(mutex_);
    key_ = std::move(key);
  }
  std::string baseUrl() const { return server_.url(""); }
  HttpServer& server() { return server_; }
  std::vector<Received> received() const { return server_.received(); }

 protected:
  /// Whether the request is for a text; what it is for else is answered by other().
  virtual bool isChat(const Received& got) const = 0;
  virtual std::optional<LlmReply> other(const Received& got) const = 0;
  virtual bool hasKey(const Received& got, const std::string& key) const = 0;
  virtual LlmReply refusal(int status, const std::string& message) const = 0;
  /// What is wrong with the request; "" when it is a good one.
  virtual std::string fault(const Object& body) const = 0;
  virtual LlmReply whole(const std::string& model, const std::string& text) const = 0;
  virtual LlmReply streamed(const std::string& model, const std::string& text) const = 0;
  virtual bool wantsStream(const Received&, const Object& body) const { return body.boolean("stream", false); }
  virtual std::string modelOf(const Received&, const Object& body) const { return std::string(body.text("model", "")); }

  static std::vector<std::string_view> pieces(std::string_view text) {
    std::vector<std::string_view> all;
    for (std::size_t at = 0; at < text.size(); at += 16) all.push_back(text.substr(at, 16));
    return all;
  }
  static std::string header(const Received& got, const std::string& name) {
    const auto found = got.headers.find(name);
    return found == got.headers.end() ? "" : found->second;
  }

 private:
  LlmReply reply(const Received& got) {
    if (script_)
      if (auto scripted = script_(got)) return std::move(*scripted);
    if (const auto key = wanted(); !key.empty() && !hasKey(got, key)) return refusal(401, "invalid key");
    if (auto answer = other(got)) return std::move(*answer);
    if (got.method != "POST" || !isChat(got)) return refusal(404, "no such thing: " + got.method + " " + got.path);
    rapidjson::Document request;
    request.Parse(got.body.data(), got.body.size());
    if (request.HasParseError() || !request.IsObject()) return refusal(400, "no JSON object");
    const Object body(request);
    if (const auto wrong = fault(body); !wrong.empty()) return refusal(400, wrong);
    const auto model = modelOf(got, body);
    const auto text = MockLlm::story(model, ++stories_);
    return wantsStream(got, body) ? streamed(model, text) : whole(model, text);
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
