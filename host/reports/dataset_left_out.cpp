#include "reports/dataset_left_out.hpp"

namespace troupe::reports {

std::string_view wordsFor(LeftOut reason) {
  switch (reason) {
    case LeftOut::filtered:
      return "samples not wanted by the filters";
    case LeftOut::failed:
      return "samples that failed";
    case LeftOut::prompt:
      return "samples whose prompt does not end with the user";
    case LeftOut::lost_winner:
      return "samples whose winner cannot be read";
    case LeftOut::few_answers:
      return "samples without two answers to compare";
    case LeftOut::same_text:
      return "samples whose answers are the same text";
    case LeftOut::tie:
      return "samples whose best and worst are equal";
    case LeftOut::margin:
      return "pairs below the least margin";
    case LeftOut::failed_call:
      return "calls that failed";
    case LeftOut::unscored:
      return "answers without a quality";
    case LeftOut::empty:
      return "empty answers";
    case LeftOut::content:
      return "answers cut by a content filter";
    case LeftOut::duplicate:
      return "duplicates";
  }
  return "";
}

}  // namespace troupe::reports
