#include <troupe/troupe.hpp>

#include <string>
#include <string_view>
#include <vector>

#include "ballot.hpp"
#include "choose_best.hpp"
#include "reason.hpp"

namespace {

using namespace troupe::best;

void writeIds(troupe::JsonWriter& json, std::string_view key, const std::vector<std::string>& ids) {
  json.key(key).beginArray();
  for (const auto& id : ids) json.value(std::string_view(id));
  json.endArray();
}

void write(troupe::JsonWriter& json, const Decision& decision, const std::string& reason) {
  json.beginObject().member("winner", std::string_view(decision.winner));
  writeIds(json, "ranking", decision.ranking);
  if (decision.margin) json.member("margin", *decision.margin);
  writeIds(json, "ties", decision.ties);
  writeIds(json, "abstained", decision.abstained);
  json.member("reason", std::string_view(reason)).key("votes").beginArray();
  for (const auto& vote : decision.votes) {
    json.beginObject().member("scorer", std::string_view(vote.scorer)).member("for", std::string_view(vote.candidate));
    if (vote.margin) json.member("margin", *vote.margin);
    json.endObject();
  }
  json.endArray().endObject();
}

class BestSelector final : public troupe::Node {
 public:
  explicit BestSelector(const troupe::Options& options)
      : tie_break_(options.text("tie_break", "seed") == "first" ? TieBreak::kFirst : TieBreak::kSeed) {}

  void run(troupe::Call& call) override {
    const auto ballot = readBallot(call.fields());
    const auto decision = chooseBest(ballot, tie_break_);
    troupe::JsonWriter json;
    write(json, decision, explain(ballot, decision, tie_break_));
    call.emit("sample", json);
  }

 private:
  const TieBreak tie_break_;
};

}  // namespace

TROUPE_PLUGIN(BestSelector, "troupe.selector.best")
