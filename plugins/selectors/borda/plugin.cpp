#include <troupe/troupe.hpp>

#include "mean_rank.hpp"
#include "support/ballot.hpp"
#include "support/decision.hpp"
#include "support/reason.hpp"

namespace {

using namespace troupe::selectors;

class BordaSelector final : public troupe::Node {
 public:
  explicit BordaSelector(const troupe::Options& options) : tie_break_(tieBreakOf(options)) {}

  void run(troupe::Call& call) override {
    const Wording wording{"mean rank", "every scorer abstained", -1, true};
    const auto ballot = readBallot(call.fields());
    const auto points = meanRanks(ballot);
    const auto decision = decide(ballot, points, tie_break_);
    const auto reason = explain(ballot, decision, points, tie_break_, wording);
    call.emit("sample", selectionJson(ballot, decision, reason, &points, wording.sign));
  }

 private:
  const TieBreak tie_break_;
};

}  // namespace

TROUPE_PLUGIN(BordaSelector, "troupe.selector.borda")
