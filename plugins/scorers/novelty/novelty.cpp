#include "novelty.hpp"

#include <algorithm>
#include <cmath>

namespace troupe::novelty {

namespace {

std::string percent(double share) { return std::to_string(std::lround(share * 100)) + " %"; }

}  // namespace

double Curve::valueOf(double similarity) const {
  return 10 * (1 - std::clamp((similarity - new_below) / (copy_from - new_below), 0., 1.));
}

Verdict judge(const text::Signature& own, const std::vector<Story>& stories, const Curve& curve) {
  Verdict out;
  const Story* nearest = nullptr;
  for (const auto& story : stories) {
    const double similarity = text::similarity(own, story.signature);
    if (nearest != nullptr && similarity <= out.similarity) continue;
    nearest = &story;
    out.similarity = similarity;
  }
  out.value = curve.valueOf(out.similarity);
  if (nearest == nullptr) {
    out.reason = "the first story: there is none to compare it with";
    return out;
  }
  out.near_duplicate = text::nearDuplicates(own, nearest->signature);
  const auto compared = stories.size() == 1 ? "1 story" : std::to_string(stories.size()) + " stories";
  if (out.similarity < curve.new_below) {
    out.reason = "new: of " + compared + " the nearest, " + nearest->name + ", shares about " +
                 percent(out.similarity) + " of its phrases";
  } else {
    out.reason = std::string(out.near_duplicate ? "near duplicate of " : "much like ") + nearest->name +
                 ": shares about " + percent(out.similarity) + " of its phrases (compared with " + compared + ")";
  }
  return out;
}

}  // namespace troupe::novelty
