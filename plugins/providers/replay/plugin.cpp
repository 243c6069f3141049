#include <troupe/troupe.hpp>

#include <memory>

#include "recording.hpp"

namespace {

/// Answers from a recorded file, so that a whole pipeline runs without a network or a key.
class ReplayProvider final : public troupe::Node {
 public:
  explicit ReplayProvider(const troupe::Options& options)
      : loop_(options.boolean("loop")), pace_ms_(options.integer("pace_ms")) {
    if (options.has("path") == options.has("text"))
      throw troupe::Error(TROUPE_E_PERMANENT_REQUEST, "give either \"path\" or \"text\"");
    if (options.has("path")) {
      recording_ = std::make_unique<const troupe::replay::Recording>(std::string(options.text("path")));
    } else {
      troupe::JsonWriter json;
      json.beginObject().member("text", options.text("text")).endObject();
      only_answer_ = std::make_shared<const troupe::replay::Answer>(
          troupe::replay::Answer{std::string(json.text()), TROUPE_OK, {}, -1});
    }
  }

  void run(troupe::Call& call) override {
    const auto answer = recording_ ? recording_->find(readQuery(call), loop_) : only_answer_;
    call.throwIfCancelled();
    if (pace_ms_ > 0) call.sleep(pace_ms_);
    if (answer->code != TROUPE_OK) throw troupe::Error(answer->code, answer->message, answer->retry_after_ms);
    call.emit("candidate", answer->candidate);
  }

 private:
  /// The texts belong to the call's input.
  static troupe::replay::Query readQuery(troupe::Call& call) {
    troupe::replay::Query query;
    const troupe::Object prompt(call.in("prompt"));
    query.key = prompt.text("id", "");
    if (prompt.has("vars")) query.genre = prompt.object("vars").text("genre", "");
    if (prompt.has("messages")) {
      for (const auto& message : prompt.array("messages")) {
        const troupe::Object fields(message);
        if (fields.text("role", "") == "user") query.prompt = fields.text("content", "");
      }
    }
    if (call.fields().has("sample")) query.index = call.fields().object("sample").integer("index", 0);
    return query;
  }

  std::unique_ptr<const troupe::replay::Recording> recording_;  // or
  std::shared_ptr<const troupe::replay::Answer> only_answer_;
  const bool loop_;
  const std::int64_t pace_ms_;
};

}  // namespace

TROUPE_PLUGIN(ReplayProvider, "troupe.provider.replay")
