#pragma once

#include <troupe/model.hpp>

#include "../support/asking.hpp"

namespace troupe::judging {

/// Rates one candidate by a rubric.
class Judge final : public Node {
 public:
  Judge(const Options& options, Host host) : rubric_(readRubric(options)), interviewer_(host, Manner(options)) {}
  void run(Call& call) override;

 private:
  const Rubric rubric_;
  const Interviewer interviewer_;
};

/// Compares the candidates of a sample two by two.
class PairJudge final : public Node {
 public:
  PairJudge(const Options& options, Host host)
      : rubric_(readRubric(options)),
        interviewer_(host, Manner(options)),
        max_pairs_(static_cast<std::size_t>(options.integer("max_pairs", 28))) {}
  void run(Call& call) override;

 private:
  const Rubric rubric_;
  const Interviewer interviewer_;
  const std::size_t max_pairs_;
};

}  // namespace troupe::judging
