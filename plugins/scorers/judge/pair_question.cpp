#include "pair_question.hpp"

#include "../support/judged_text.hpp"

namespace troupe::judging {

Question pairQuestion(const Rubric& rubric, const std::string& fence, std::string_view prompt, std::string_view first,
                      std::string_view second) {
  std::string question = "The task that both authors were given:\n" + fenced(fence, prompt) + "\nText A:\n" +
                         fenced(fence, first) + "\nText B:\n" + fenced(fence, second) + "\nHow to judge:\n" +
                         rubric.text + "\n";
  for (const auto& criterion : rubric.criteria)
    question += "- " + criterion.name + (criterion.description.empty() ? "" : ": " + criterion.description) + "\n";
  question +=
      "\nWhich of the two is better? Neither its place nor its length may count. Answer with one JSON object and "
      "nothing else, the reason first and in one sentence; \"tie\" only where you would not mind which one wins:\n"
      "{\"reason\": \"…\", \"winner\": \"A\" or \"B\" or \"tie\"}";
  return {{{"system", judgePart(fence)}, {"user", std::move(question)}},
          R"({"type":"object","additionalProperties":false,"required":["reason","winner"],"properties":)"
          R"({"reason":{"type":"string"},"winner":{"type":"string","enum":["A","B","tie"]}}})",
          ""};
}

}  // namespace troupe::judging
