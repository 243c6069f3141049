// A provider: gets a prompt, emits one candidate. Everything between is yours.
#include <cstdint>
#include <string>
#include <troupe/troupe.hpp>

namespace {

class Parrot final : public troupe::Node {
 public:
  // The host has checked the options against plugin.json and filled in its defaults.
  explicit Parrot(const troupe::Options& options) : repeat_(options.integer("repeat")) {}

  // May block, and may run on several threads at once: plugin.json says "per_instance": 0, and nothing here changes.
  void run(troupe::Call& call) override {
    const auto messages = troupe::Object(call.in("prompt")).array("messages");
    if (messages.Empty()) throw troupe::Error(TROUPE_E_PERMANENT_REQUEST, "the prompt has no message");
    const std::string said(troupe::Object(messages[messages.Size() - 1]).text("content"));

    std::string text;
    for (std::int64_t i = 0; i < repeat_; ++i) {
      call.throwIfCancelled();
      text += (i == 0 ? "" : " ") + said;
    }
    troupe::JsonWriter candidate;
    candidate.beginObject().member("text", text).member("finish", "stop").endObject();
    call.emit("candidate", candidate);
  }

 private:
  const std::int64_t repeat_;
};

}  // namespace

TROUPE_PLUGIN(Parrot, "org.example.provider.parrot")
