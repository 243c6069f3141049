#include <troupe/troupe.hpp>

#include "brief.hpp"
#include "english.hpp"
#include "faults.hpp"
#include "pace.hpp"

namespace {

namespace teller = troupe::storyteller;

/// Tells stories from a grammar; no language model.
class StorytellerProvider final : public troupe::Node {
 public:
  explicit StorytellerProvider(const troupe::Options& options)
      : voice_(voiceNamed(options.text("voice"))),
        model_("storyteller/" + std::string(voice_.id)),
        min_words_(static_cast<int>(options.integer("min_words"))),
        max_words_(static_cast<int>(options.integer("max_words"))),
        pace_ms_(options.integer("pace_ms")),
        faults_(options.number("failure_rate"), options.integer("failure_every"),
                options.text("failure_kind") == "permanent_request" ? teller::FaultKind::kPermanentRequest
                                                                    : teller::FaultKind::kTransient) {
    if (min_words_ > max_words_)
      throw troupe::Error(TROUPE_E_PERMANENT_REQUEST, "min_words is " + std::to_string(min_words_) +
                                                          ", more than max_words, which is " +
                                                          std::to_string(max_words_));
  }

  void run(troupe::Call& call) override {
    const auto brief = teller::readBrief(call.in("prompt"));
    std::uint64_t seed = 0;
    std::int64_t index = 0;
    if (call.fields().has("sample")) {
      const auto sample = call.fields().object("sample");
      seed = static_cast<std::uint64_t>(sample.integer("seed", 0));
      index = sample.integer("index", 0);
    }
    // One number of the host keeps two nodes with the same voice apart; the rest follows from it.
    const std::uint64_t story_seed = teller::mix(seed, call.random());
    teller::Random random(~story_seed);
    const std::int64_t time_ms = teller::storyTime(pace_ms_, random);
    const auto fault = faults_.decide(index, random);
    call.throwIfCancelled();
    if (fault) {
      if (time_ms > 0) call.sleep(time_ms / 3);
      throw troupe::Error(fault->code, std::string(fault->message));
    }
    const std::string story =
        teller::tellStory(voice_, {brief.genre, story_seed, min_words_, max_words_, brief.words, brief.idea});
    if (time_ms > 0) {
      for (const auto& piece : teller::pacePieces(story, time_ms)) {
        call.sleep(piece.wait_ms);
        call.delta("candidate", piece.text);
      }
    }
    emit(call, story, brief.prompt_words);
  }

 private:
  static const teller::Voice& voiceNamed(std::string_view name) {
    const auto* voice = teller::findVoice(name);
    if (voice == nullptr)
      throw troupe::Error(TROUPE_E_PERMANENT_REQUEST, "there is no voice called \"" + std::string(name) + "\"");
    return *voice;
  }

  void emit(troupe::Call& call, const std::string& story, int prompt_words) const {
    troupe::JsonWriter json;
    json.beginObject().member("text", story).member("finish", "stop").member("model", model_);
    json.key("usage").beginObject();
    json.member("input", prompt_words).member("output", teller::countWords(story)).endObject();
    json.key("cost").beginObject().member("usd", 0).member("source", "reported").endObject().endObject();
    call.emit("candidate", json);
  }

  const teller::Voice& voice_;
  const std::string model_;
  const int min_words_;
  const int max_words_;
  const std::int64_t pace_ms_;
  const teller::FaultPlan faults_;
};

}  // namespace

TROUPE_PLUGIN(StorytellerProvider, "troupe.provider.storyteller")
