#include <algorithm>

#include "../support/in_parallel.hpp"
#include "../support/judged_text.hpp"
#include "judge.hpp"
#include "pair_question.hpp"
#include "pairs.hpp"

namespace troupe::judging {
namespace {

// Both orders of a pair.
struct Comparison {
  Said said[2];
  ReadChoice read[2];
  bool counts() const { return read[0].choice && read[1].choice; }
};

void emitScore(Call& call, const std::vector<std::string>& ids, std::size_t self, const Record& record,
               const std::string& why_not) {
  JsonWriter score;
  score.beginObject().member("candidate", std::string_view(ids[self]));
  if (record.meetings.empty()) {
    score.member("abstained", true).member("reason", std::string_view(why_not)).endObject();
    return call.emit("score", score);
  }
  double sum = 0;
  int counts[3] = {0, 0, 0};
  for (const auto& meeting : record.meetings) {
    sum += meeting.result;
    ++counts[static_cast<int>(meeting.result * 2)];
  }
  auto reason = "won " + std::to_string(counts[2]) + ", tied " + std::to_string(counts[1]) + ", lost " +
                std::to_string(counts[0]) + " of " + std::to_string(record.meetings.size()) + " comparisons";
  if (record.by_place > 0)
    reason += "; in " + std::to_string(record.by_place) + " the judge went by the place, which counts as a tie";
  score.member("value", 10 * sum / static_cast<double>(record.meetings.size()));
  score.member("reason", std::string_view(reason)).key("pairs").beginArray();
  for (const auto& meeting : record.meetings)
    score.beginObject()
        .member("other", std::string_view(ids[meeting.other]))
        .member("result", meeting.result)
        .endObject();
  score.endArray().endObject();
  call.emit("score", score);
}

}  // namespace

void PairJudge::run(Call& call) {
  std::vector<std::string> ids, texts;
  for (const auto& value : call.input().array("candidates")) {
    const Object candidate(value);
    ids.emplace_back(candidate.text("id"));
    texts.push_back(excerpt(candidate.text("text"), interviewer_.manner().max_chars));
  }
  const auto sample = call.input().object("sample");
  const auto prompt = promptText(*sample.find("prompt"));
  std::vector<std::string_view> all(texts.begin(), texts.end());
  all.push_back(prompt);
  const auto fence = fenceFor([&call] { return call.random(); }, all);

  const auto pairs = pairsOf(texts.size(), max_pairs_, static_cast<std::uint64_t>(sample.integer("seed", 0)));
  std::vector<Comparison> comparisons(pairs.size());
  inParallel(pairs.size() * 2, [&](std::size_t i) {
    const auto& [a, b] = pairs[i / 2];
    const bool swapped = i % 2 == 1;
    auto& said = comparisons[i / 2].said[i % 2];
    said = interviewer_.ask(call, "judge", 0,
                            pairQuestion(rubric_, fence, prompt, texts[swapped ? b : a], texts[swapped ? a : b]));
    if (!said.failure) comparisons[i / 2].read[i % 2] = readChoice(said.text);
  });

  std::vector<Record> records(texts.size());
  std::string why_not = texts.size() < 2 ? "there is no other candidate to compare it with" : "it was not compared";
  std::optional<Error> failure;
  bool any = false;
  for (std::size_t p = 0; p < pairs.size(); ++p) {
    const auto& comparison = comparisons[p];
    for (int order = 0; order < 2; ++order) {
      if (const auto& failed = comparison.said[order].failure) {
        if (failed->code() == TROUPE_E_CANCELLED) throw Error(*failed);
        if (!failure) failure = failed;
        why_not = std::string("the judge could not be asked: ") + failed->what();
      } else if (!comparison.read[order].why_not.empty()) {
        why_not = comparison.read[order].why_not;
        any = true;
      }
    }
    if (!comparison.counts()) continue;
    any = true;
    const auto as_first = *comparison.read[0].choice, as_second = *comparison.read[1].choice;
    const auto result = resultOf(as_first, as_second);
    const bool by_place = as_first == as_second && as_first != Choice::tie;
    const auto [a, b] = pairs[p];
    records[a].meetings.push_back({b, result});
    records[b].meetings.push_back({a, 1 - result});
    records[a].by_place += by_place ? 1 : 0;
    records[b].by_place += by_place ? 1 : 0;
  }
  if (failure && !any) throw Error(*failure);
  for (std::size_t i = 0; i < texts.size(); ++i) emitScore(call, ids, i, records[i], oneLine(why_not));
}

}  // namespace troupe::judging
