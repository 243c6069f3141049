#include "judge.hpp"

#include <cstdio>

#include "../support/judged_text.hpp"

namespace troupe::judging {
namespace {

std::string shown(double rating) {
  char text[16];
  std::snprintf(text, sizeof text, "%.3g", rating);
  return text;
}

std::string reasonOf(const Opinion& opinion, const std::string& judge, int samples) {
  auto reason = judge + ": " + shown(opinion.rating->overall) + " of 10";
  if (samples > 1)
    reason += " (median of " + std::to_string(opinion.heard) + " asks, " + shown(opinion.lowest) + " to " +
              shown(opinion.highest) + ")";
  if (!opinion.rating->reason.empty()) reason += ": " + opinion.rating->reason;
  return reason;
}

}  // namespace

void Judge::run(Call& call) {
  const Object candidate(call.in("candidate"));
  const auto text = candidate.text("text");
  JsonWriter score;
  score.beginObject();
  if (oneLine(text, 8).empty()) {
    score.member("value", 0.0).member("reason", "the text is empty; no model was asked").endObject();
    return call.emit("score", score);
  }
  const auto prompt = promptText(*call.input().object("sample").find("prompt"));
  const auto fence = fenceFor([&call] { return call.random(); }, {text, prompt});
  const auto cut = excerpt(text, interviewer_.manner().max_chars);
  const auto opinion = opinionOf(interviewer_, call, "judge", 0, rubric_, ratingMessages(rubric_, fence, prompt, cut));
  if (opinion.failure) throw Error(*opinion.failure);
  if (!opinion.rating) {
    score.member("abstained", true).member("reason", std::string_view(opinion.why_not)).endObject();
    return call.emit("score", score);
  }
  const auto reason = reasonOf(opinion, opinion.model, interviewer_.manner().samples);
  score.member("value", valueOf(opinion.rating->overall)).member("reason", std::string_view(reason));
  if (!opinion.rating->criteria.empty()) {
    score.key("parts").beginArray();
    for (std::size_t c = 0; c < rubric_.criteria.size(); ++c)
      score.beginObject()
          .member("name", std::string_view(rubric_.criteria[c].name))
          .member("value", valueOf(opinion.rating->criteria[c]))
          .member("weight", rubric_.criteria[c].weight)
          .endObject();
    score.endArray();
  }
  score.endObject();
  call.emit("score", score);
}

}  // namespace troupe::judging
