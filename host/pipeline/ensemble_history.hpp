#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "pipeline/ensemble_bandit.hpp"

namespace troupe::pipeline {

/// The order behind a bandit: the order of sample i is drawn by exactly the results of the samples up to i - lag,
/// whatever the order in which samples end. So the same samples come out at any concurrency. [any thread]
class EnsembleHistory {
 public:
  EnsembleHistory(Bandit::Options options, std::int64_t lag);

  /// The result of sample `index` is there. One that is told twice counts once.
  void decided(std::int64_t index, const std::string& genre, std::vector<Bandit::Trial> trials);
  /// Whether all is known that the order of sample `index` rests on.
  bool ready(std::int64_t index) const;
  /// Needs ready(index), and indices that ascend from call to call.
  Bandit::Draw draw(std::int64_t index, std::int64_t seed, const std::string& genre);
  /// No order of a sample before `index` will be drawn: what that rests on need not be kept apart any more.
  void foldUpTo(std::int64_t index);

 private:
  void fold(std::int64_t index);

  struct Result {
    std::string genre;
    std::vector<Bandit::Trial> trials;
  };

  const std::int64_t lag_;
  mutable std::mutex mutex_;  // Guards all below.
  Bandit bandit_;
  std::int64_t folded_ = 0;  // First index that the bandit has not learnt from.
  std::int64_t known_ = 0;   // First index whose result is not there.
  std::map<std::int64_t, Result> waiting_;
};

}  // namespace troupe::pipeline
