#include <troupe/troupe.hpp>

#include "measure.hpp"
#include "support/ballot.hpp"
#include "support/decision.hpp"
#include "support/reason.hpp"

namespace {

using namespace troupe::selectors;

class BestSelector final : public troupe::Node {
 public:
  explicit BestSelector(const troupe::Options& options)
      : tie_break_(tieBreakOf(options)), measure_(measureOf(options.text("by", "quality"))) {}

  void run(troupe::Call& call) override {
    const auto ballot = readBallot(call.fields());
    const auto points = measured(ballot, measure_);
    const auto decision = decide(ballot, points, tie_break_);
    const auto reason = explain(ballot, decision, points, tie_break_, {nameOf(measure_)});
    call.emit("sample", selectionJson(ballot, decision, reason, measure_ == Measure::kQuality ? nullptr : &points));
  }

 private:
  const TieBreak tie_break_;
  const Measure measure_;
};

}  // namespace

TROUPE_PLUGIN(BestSelector, "troupe.selector.best")
