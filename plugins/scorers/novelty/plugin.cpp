#include <troupe/troupe.hpp>

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "known_stories.hpp"
#include "minhash.hpp"
#include "novelty.hpp"
#include "signature_list.hpp"

namespace {

using namespace troupe::novelty;
using Stories = std::shared_ptr<const std::vector<Story>>;

class NoveltyScorer final : public troupe::Node {
 public:
  explicit NoveltyScorer(const troupe::Options& options) : known_(options.text("known", "")) {
    curve_.new_below = options.number("new_below", curve_.new_below);
    curve_.copy_from = options.number("copy_from", curve_.copy_from);
    if (curve_.new_below >= curve_.copy_from)
      throw troupe::Error(TROUPE_E_PERMANENT_REQUEST, "new_below is not less than copy_from");
    bound_.stories = static_cast<std::size_t>(options.integer("max_known", 5000));
    if (!known_.empty()) checkKnown(known_);
  }

  void run(troupe::Call& call) override {
    const auto signature = troupe::text::signatureOf(call.fields().object("candidate").text("text"));
    troupe::JsonWriter json;
    if (!signature) {
      json.beginObject().member("abstained", true).member("reason", "no word in it").endObject();
      return call.emit("score", json);
    }
    std::vector<Story> stories;
    if (call.fields().has("seen")) {
      for (const auto& story : troupe::text::readSignatureList(&call.in("seen")))
        stories.push_back({"sample " + std::to_string(story.index) + " of this run", story.signature});
    }
    if (const auto known = ofEarlierRuns(call)) stories.insert(stories.end(), known->begin(), known->end());
    const auto verdict = judge(*signature, stories, curve_);
    json.beginObject().member("value", verdict.value).member("reason", std::string_view(verdict.reason));
    json.member("similarity", verdict.similarity).member("near_duplicate", verdict.near_duplicate).endObject();
    call.emit("score", json);
  }

 private:
  /// Read with the first call of a run, whose own stories in the file do not count.
  Stories ofEarlierRuns(troupe::Call& call) {
    if (known_.empty()) return nullptr;
    const auto run = call.fields().has("sample") ? call.fields().object("sample").text("run", "") : std::string();
    const std::lock_guard lock(mutex_);
    if (!stories_ || run_ != run) {
      stories_ = std::make_shared<const std::vector<Story>>(
          knownStories(known_, run, bound_, [&call] { call.throwIfCancelled(); }));
      run_ = run;
    }
    return stories_;
  }

  const std::string known_;
  Curve curve_;
  Bound bound_;

  std::mutex mutex_;  // Guards all below.
  std::string run_;
  Stories stories_;
};

}  // namespace

TROUPE_PLUGIN(NoveltyScorer, "troupe.scorer.novelty")
