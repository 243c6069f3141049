#include <troupe/troupe.hpp>

namespace {

/// Scores without reading: the cost that is measured is the host's.
class TrivialScorer final : public troupe::Node {
 public:
  explicit TrivialScorer(const troupe::Options& options) {
    troupe::JsonWriter json;
    json.beginObject().member("value", options.number("value")).member("reason", "always the same").endObject();
    score_ = json.text();
  }
  void run(troupe::Call& call) override { call.emit("score", score_); }

 private:
  std::string score_;  // Immutable after construction.
};

}  // namespace

TROUPE_PLUGIN(TrivialScorer, "troupe.test.trivial.scorer")
