#ifndef TROUPE_NOVELTY_NOVELTY_HPP
#define TROUPE_NOVELTY_NOVELTY_HPP

#include <string>
#include <vector>

#include "minhash.hpp"

namespace troupe::novelty {

/// A story that a text is compared with.
struct Story {
  std::string name;  // as people are told: "sample 4 of this run"
  text::Signature signature{};
};

/// 10 up to a similarity of `new_below`, 0 from `copy_from` on, a straight line between.
struct Curve {
  double new_below = .1;
  double copy_from = .7;
  double valueOf(double similarity) const;
};

struct Verdict {
  double value = 10;
  double similarity = 0;  // to the nearest story
  bool near_duplicate = false;
  std::string reason;
};

/// Against the nearest of all stories; of equally near ones the first.
Verdict judge(const text::Signature& own, const std::vector<Story>& stories, const Curve& curve);

}  // namespace troupe::novelty

#endif
