#include "panel.hpp"

#include <algorithm>
#include <mutex>

#include "../support/in_parallel.hpp"
#include "../support/judged_text.hpp"

namespace troupe::judging {

struct Panel::Contestant {
  std::string id, node, text;
  std::vector<std::string> models;  // That it was asked from, and that answered.

  bool isOf(std::string_view model) const {
    return std::any_of(models.begin(), models.end(), [&](const auto& own) { return sameModel(own, model); });
  }
};

Panel::Panel(const Options& options, Host host)
    : rubric_(readRubric(options)),
      interviewer_(host, Manner(options)),
      method_(methodNamed(options.text("method", "mean"))),
      veto_below_(options.number("veto_below", 4)),
      leave_out_own_(options.text("own_model", "leave_out") == "leave_out"),
      min_votes_(static_cast<std::size_t>(options.integer("min_votes", 1))) {}

Vote Panel::voteOf(Call& call, const Contestant& contestant, const CastMember& judge, int at, const std::string& fence,
                   const std::string& prompt, std::optional<Error>& failure) const {
  Vote vote{judge.node, judge.model, std::nullopt, {}};
  if (leave_out_own_ && (judge.node == contestant.node || contestant.isOf(judge.model))) {
    vote.reason = "left out: it is the candidate's own model";
    return vote;
  }
  try {
    auto opinion =
        opinionOf(interviewer_, call, "judges", at, rubric_, ratingMessages(rubric_, fence, prompt, contestant.text));
    if (!opinion.model.empty()) vote.model = opinion.model;
    if (opinion.failure) {
      failure = opinion.failure;
      vote.reason = oneLine(std::string("could not be asked: ") + opinion.failure->what());
    } else if (!opinion.rating) {
      vote.reason = opinion.why_not;
    } else if (leave_out_own_ && contestant.isOf(vote.model)) {
      vote.reason = "left out: the candidate's own model answered for it";
    } else {
      vote.value = valueOf(opinion.rating->overall);
      vote.reason = opinion.rating->reason;
    }
  } catch (const Error& e) {  // The call is cancelled.
    failure = e;
    vote.reason = e.what();
  }
  return vote;
}

void Panel::run(Call& call) {
  const auto cast = interviewer_.cast(call);
  const auto& judges = cast.of("judges");
  std::vector<Contestant> contestants;
  for (const auto& value : call.input().array("candidates")) {
    const Object candidate(value);
    Contestant one{std::string(candidate.text("id")),
                   std::string(candidate.text("node")),
                   excerpt(candidate.text("text"), interviewer_.manner().max_chars),
                   {std::string(candidate.text("model", ""))}};
    for (const auto& member : cast.candidates)
      if (member.node == one.node) one.models.push_back(member.model);
    contestants.push_back(std::move(one));
  }
  const auto prompt = promptText(*call.input().object("sample").find("prompt"));
  std::vector<std::string_view> texts{prompt};
  for (const auto& contestant : contestants) texts.push_back(contestant.text);
  const auto fence = fenceFor([&call] { return call.random(); }, texts);

  std::vector<std::vector<Vote>> votes(contestants.size(), std::vector<Vote>(judges.size()));
  std::mutex mutex;  // Guards `failure`.
  std::optional<Error> failure;
  inParallel(contestants.size() * judges.size(), [&](std::size_t i) {
    const auto c = i / judges.size(), j = i % judges.size();
    std::optional<Error> failed;
    votes[c][j] = voteOf(call, contestants[c], judges[j], static_cast<int>(j), fence, prompt, failed);
    const std::lock_guard lock(mutex);
    if (failed && (!failure || failed->code() == TROUPE_E_CANCELLED)) failure = failed;
  });
  if (failure && failure->code() == TROUPE_E_CANCELLED) throw Error(*failure);

  const auto verdicts = verdictsOn(votes, method_, veto_below_, min_votes_);
  const auto given = [](const std::vector<Vote>& row) {
    return std::any_of(row.begin(), row.end(), [](const Vote& vote) { return vote.value.has_value(); });
  };
  if (failure && std::none_of(votes.begin(), votes.end(), given)) throw Error(*failure);
  for (std::size_t c = 0; c < contestants.size(); ++c) {
    JsonWriter score;
    score.beginObject().member("candidate", std::string_view(contestants[c].id));
    if (verdicts[c]) {
      score.member("value", verdicts[c]->value).member("reason", std::string_view(verdicts[c]->reason));
    } else {
      std::string why;
      for (const auto& vote : votes[c])
        if (!vote.value) why += (why.empty() ? "" : "; ") + vote.judge + ": " + vote.reason;
      score.member("abstained", true).member("reason", oneLine("too few votes: " + why));
    }
    score.key("votes").beginArray();
    for (const auto& vote : votes[c]) {
      score.beginObject().member("judge", std::string_view(vote.judge)).member("model", std::string_view(vote.model));
      if (vote.value) score.member("value", *vote.value);
      score.member("reason", std::string_view(vote.reason)).member("abstained", !vote.value.has_value()).endObject();
    }
    score.endArray().endObject();
    call.emit("score", score);
  }
}

}  // namespace troupe::judging
