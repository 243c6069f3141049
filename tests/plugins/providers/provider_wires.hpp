#pragma once

/// The four wire formats as the tests speak them: what each server sends for a text, an error, a stream.

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "support/mock_anthropic.hpp"
#include "support/mock_gemini.hpp"
#include "support/mock_llm.hpp"
#include "support/mock_ollama.hpp"

namespace troupe::test {

struct Wire {
  std::string name;  ///< the plugin's folder
  std::string path;  ///< of its base_url at a server
  /// Whole answers, with the text as a JSON value: "\"Hi.\"", null.
  std::string before_text, after_text;
  std::string no_text_at_limit, refusal;
  /// An error in the server's words.
  std::function<std::string(int status, const std::string& message)> error;
  /// Streams: the data of the events before, around and behind a piece of text (a JSON value).
  std::vector<std::string> start;
  std::string before_piece, after_piece;
  std::vector<std::string> end;         ///< with the reason
  std::vector<std::string> end_marker;  ///< what follows it
  std::string busy_event;               ///< an error in the middle
  std::string event_before, event_after, stream_type;

  std::string whole(const std::string& text = R"("Hi.")") const { return before_text + text + after_text; }
  std::string event(const std::string& data) const { return event_before + data + event_after; }
  std::string events(const std::vector<std::string>& all) const {
    std::string text;
    for (const auto& data : all) text += event(data);
    return text;
  }
  std::string piece(const std::string& text = R"("Hi.")") const { return event(before_piece + text + after_piece); }
  LlmReply stream(const std::string& body) const { return {200, body, {}, stream_type}; }
  LlmReply answer(const std::string& body) const { return {200, body}; }
};

inline const std::array<Wire, 4>& wires() {
  static const auto quoted = [](const std::string& text) {
    JsonWriter json;
    json.value(text);
    return std::string(json.text());
  };
  static const std::array<Wire, 4> kWires = {
      Wire{"openai",
           "/v1",
           R"({"choices":[{"index":0,"message":{"role":"assistant","content":)",
           R"(},"finish_reason":"stop"}]})",
           R"({"choices":[{"message":{"content":""},"finish_reason":"length"}]})",
           R"({"choices":[{"message":{"content":null,"refusal":"No."},"finish_reason":"stop"}]})",
           [](int, const std::string& message) {
             return R"({"error":{"message":)" + quoted(message) + R"(,"type":null,"param":null,"code":null}})";
           },
           {R"({"choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]})"},
           R"({"choices":[{"index":0,"delta":{"content":)",
           R"(},"finish_reason":null}]})",
           {R"({"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]})"},
           {"[DONE]"},
           R"({"error":{"message":"The server is busy.","code":503}})",
           "data: ",
           "\n\n",
           "text/event-stream"},
      Wire{"anthropic",
           "",
           R"({"type":"message","role":"assistant","model":"m-1","content":[{"type":"text","text":)",
           R"(}],"stop_reason":"end_turn"})",
           R"({"type":"message","content":[],"stop_reason":"max_tokens"})",
           R"({"type":"message","content":[],"stop_reason":"refusal"})",
           [](int, const std::string& message) {
             return R"({"type":"error","error":{"type":"some_error","message":)" + quoted(message) + "}}";
           },
           {R"({"type":"message_start","message":{"model":"m-1","usage":{}}})",
            R"({"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}})"},
           R"({"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":)",
           "}}",
           {R"({"type":"content_block_stop","index":0})",
            R"({"type":"message_delta","delta":{"stop_reason":"end_turn"}})"},
           {R"({"type":"message_stop"})"},
           std::string(anthropic_says::kOverloaded),
           "event: x\ndata: ",
           "\n\n",
           "text/event-stream"},
      Wire{"gemini",
           "",
           R"({"candidates":[{"content":{"role":"model","parts":[{"text":)",
           R"(}]},"finishReason":"STOP","index":0}]})",
           R"({"candidates":[{"content":{"role":"model"},"finishReason":"MAX_TOKENS"}]})",
           R"({"promptFeedback":{"blockReason":"SAFETY"}})",
           [](int status, const std::string& message) {
             return R"({"error":{"code":)" + std::to_string(status) + R"(,"message":)" + quoted(message) +
                    R"(,"status":"SOME_STATUS"}})";
           },
           {},
           R"({"candidates":[{"content":{"role":"model","parts":[{"text":)",
           R"(}]},"index":0}]})",
           {R"({"candidates":[{"finishReason":"STOP","index":0}]})"},
           {},
           std::string(gemini_says::kBusy),
           "data: ",
           "\r\n\r\n",
           "text/event-stream"},
      Wire{"ollama",
           "",
           R"({"model":"m-1","message":{"role":"assistant","content":)",
           R"(},"done_reason":"stop","done":true})",
           R"({"message":{"content":""},"done_reason":"length","done":true})",
           R"({"message":{"content":""},"done_reason":"stop","done":true})",
           [](int, const std::string& message) { return R"({"error":)" + quoted(message) + "}"; },
           {},
           R"({"model":"m-1","message":{"role":"assistant","content":)",
           R"(},"done":false})",
           {R"({"message":{"content":""},"done":true,"done_reason":"stop"})"},
           {},
           std::string(ollama_says::kBroken),
           "",
           "\n",
           "application/x-ndjson"}};
  return kWires;
}

/// A server of the wire format that answers good requests well.
class AnyMock {
 public:
  explicit AnyMock(const std::string& wire, MockLlm::Script script = {}) {
    if (wire == "openai") llm_ = std::make_unique<MockLlm>(std::move(script));
    if (wire == "anthropic") other_ = std::make_unique<MockAnthropic>(std::move(script));
    if (wire == "gemini") other_ = std::make_unique<MockGemini>(std::move(script));
    if (wire == "ollama") other_ = std::make_unique<MockOllama>(std::move(script));
  }
  std::string baseUrl() const { return llm_ ? llm_->baseUrl() : other_->baseUrl(); }
  HttpServer& server() { return llm_ ? llm_->server() : other_->server(); }
  void requireKey(const std::string& key) { llm_ ? llm_->requireKey(key) : other_->requireKey(key); }
  std::vector<Received> received() const { return llm_ ? llm_->received() : other_->received(); }

 private:
  std::unique_ptr<MockLlm> llm_;
  std::unique_ptr<MockModels> other_;
};

}  // namespace troupe::test
