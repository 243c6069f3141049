#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace troupe::pipeline {

/// Thompson sampling over the providers: what is learnt is how often a candidate of each reaches the mark. Pure: the
/// same trials and the same seed give the same order. No locks.
///
/// Who is asked first meets every prompt; who is asked after others have missed meets the hard ones only. So the two
/// are counted apart, or a provider would look worse for standing further back.
class Bandit {
 public:
  struct Options {
    std::size_t candidates = 0;
    std::size_t first = 1;  ///< how many are asked at once, whatever the others answer
    double explore = 0;     ///< share of draws whose front is uniform
    bool by_genre = false;
  };
  /// What a provider that was asked gave.
  struct Trial {
    int candidate;
    bool first;  ///< asked whatever others answered
    bool reached;
  };
  struct Draw {
    std::vector<int> order;
    bool explored = false;  ///< the front is drawn uniformly
  };

  explicit Bandit(Options options);

  void learn(const std::string& genre, const std::vector<Trial>& trials);
  Draw draw(std::uint64_t seed, const std::string& genre) const;

 private:
  struct Tally {
    double reached = 0, missed = 0;
    double tried() const { return reached + missed; }
    void add(bool good) { (good ? reached : missed) += 1; }
  };
  using Tallies = std::vector<Tally>;  // By candidate.
  using Shape = std::pair<double, double>;

  static Shape shapeOf(const Tally& own, const Tally& others);
  Shape firstShape(std::size_t candidate, const std::string& genre) const;
  const std::string& known(const std::string& genre) const;

  const Options options_;
  Tallies first_, later_;
  std::map<std::string, Tallies> genres_;  // Of those asked first.
};

}  // namespace troupe::pipeline
