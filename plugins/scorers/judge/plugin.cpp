#include "judge.hpp"

TROUPE_MODULE(TROUPE_NODE(troupe::judging::Judge, "troupe.scorer.judge"),
              TROUPE_NODE(troupe::judging::PairJudge, "troupe.scorer.judge.pairs"))
