#include <troupe/troupe.hpp>

#include <algorithm>
#include <string>
#include <string_view>

#include "text_score.hpp"

namespace {

using troupe::text::kSignals;

troupe::text::TextOptions readOptions(const troupe::Options& options) {
  troupe::text::TextOptions out;
  out.length.min_words = options.number("min_words", out.length.min_words);
  out.length.max_words = options.number("max_words", out.length.max_words);
  if (out.length.min_words > out.length.max_words) {
    throw troupe::Error(TROUPE_E_PERMANENT_REQUEST, "min_words is larger than max_words");
  }
  out.quality.min_words = options.number("gopher_min_words", std::min(out.quality.min_words, out.length.min_words));
  out.quality.max_words = options.number("gopher_max_words", out.quality.max_words);
  const auto language = options.text("language", "auto");
  out.rules = language == "english" ? troupe::text::Rules::kEnglish
              : language == "other" ? troupe::text::Rules::kOther
                                    : troupe::text::Rules::kAuto;
  if (!options.has("weights")) return out;
  const auto weights = options.object("weights");
  double sum = 0;
  for (std::size_t i = 0; i < kSignals.size(); ++i) {
    out.weights[i] = weights.number(kSignals[i].name, out.weights[i]);
    sum += out.weights[i];
  }
  if (sum <= 0) throw troupe::Error(TROUPE_E_PERMANENT_REQUEST, "all weights are 0, so nothing would be scored");
  return out;
}

std::string_view textOf(const rapidjson::Value* value) {
  return value != nullptr && value->IsString() ? std::string_view(value->GetString(), value->GetStringLength())
                                               : std::string_view();
}

/// The last message of the user: earlier ones may be examples.
std::string_view lastUserMessage(const rapidjson::Value& prompt) {
  const auto* messages = troupe::detail::find(prompt, "messages");
  if (messages == nullptr || !messages->IsArray()) return {};
  for (rapidjson::SizeType i = messages->Size(); i > 0; --i) {
    const auto& message = (*messages)[i - 1];
    if (textOf(troupe::detail::find(message, "role")) == "user")
      return textOf(troupe::detail::find(message, "content"));
  }
  return {};
}

class TextScorer final : public troupe::Node {
 public:
  explicit TextScorer(const troupe::Options& options) : options_(readOptions(options)) {}

  void run(troupe::Call& call) override {
    troupe::text::TextRequest request;
    request.text = troupe::Object(call.in("candidate")).text("text");
    if (call.fields().has("sample")) {
      if (const auto* prompt = troupe::detail::find(call.in("sample"), "prompt")) {
        request.prompt = lastUserMessage(*prompt);
        if (const auto* vars = troupe::detail::find(*prompt, "vars"))
          request.genre = textOf(troupe::detail::find(*vars, "genre"));
      }
    }
    troupe::JsonWriter json;
    write(json, troupe::text::scoreText(request, options_));
    call.emit("score", json);
  }

 private:
  static void write(troupe::JsonWriter& json, const troupe::text::TextScore& score) {
    json.beginObject();
    if (!score.abstained) json.member("value", score.value);
    json.member("reason", std::string_view(score.reason))
        .member("abstained", score.abstained)
        .key("parts")
        .beginArray();
    for (const auto& line : score.parts) {
      json.beginObject()
          .member("name", line.name)
          .member("value", line.part.value)
          .member("weight", line.weight)
          .member("reason", std::string_view(line.part.reason))
          .endObject();
    }
    json.endArray().endObject();
  }

  const troupe::text::TextOptions options_;  // immutable, so that run() needs no lock
};

}  // namespace

TROUPE_PLUGIN(TextScorer, "troupe.scorer.text")
