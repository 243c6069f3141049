#pragma once

#include <troupe/model.hpp>

#include "../support/asking.hpp"
#include "votes.hpp"

namespace troupe::judging {

/// Several judges rate the candidates of a sample.
class Panel final : public Node {
 public:
  Panel(const Options& options, Host host);
  void run(Call& call) override;

 private:
  struct Contestant;
  Vote voteOf(Call& call, const Contestant& contestant, const CastMember& judge, int at, const std::string& fence,
              const std::string& prompt, std::optional<Error>& failure) const;

  const Rubric rubric_;
  const Interviewer interviewer_;
  const Method method_;
  const double veto_below_;
  const bool leave_out_own_;
  const std::size_t min_votes_;
};

}  // namespace troupe::judging
