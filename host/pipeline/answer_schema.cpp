#include "pipeline/answer_schema.hpp"

#include <algorithm>
#include <vector>

#include "pipeline/values.hpp"
#include "support/json_text.hpp"

namespace troupe::pipeline {
namespace {

constexpr std::size_t kShown = 3;  // Mistakes; further ones would not help a model either.

JsonSchema compiled(std::string_view text) {
  std::vector<Problem> problems;
  auto schema = JsonSchema::compile(text, problems);
  if (!schema)
    throw BadValue("response_schema is no schema that the host can check: " + problems.front().place +
                   (problems.front().place.empty() ? "" : ": ") + problems.front().fact);
  return *schema;
}

}  // namespace

AnswerSchema::AnswerSchema(std::string_view schema) : schema_(compiled(schema)) {}

void AnswerSchema::check(std::string_view text) const {
  std::vector<Problem> problems;
  const auto document = parseJson(text, problems);
  if (!document) throw BadValue("its text is no JSON, which response_schema asks for: " + problems.front().fact);
  problems = schema_.check(*document);
  if (problems.empty()) return;
  std::string facts;
  for (std::size_t i = 0; i < std::min(problems.size(), kShown); ++i)
    facts += (i == 0 ? "" : "; ") + (problems[i].place.empty() ? "" : problems[i].place + ": ") + problems[i].fact;
  if (problems.size() > kShown) facts += "; and " + std::to_string(problems.size() - kShown) + " more";
  throw BadValue("its text does not fit response_schema: " + facts);
}

void AnswerSchema::checkCandidate(std::string_view json) const { check(readCandidate(json).text); }

}  // namespace troupe::pipeline
