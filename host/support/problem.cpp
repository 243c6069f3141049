#include "support/problem.hpp"

#include <utility>

namespace troupe {
namespace {

std::string join(const std::string& file, const std::vector<Problem>& problems) {
  std::string text;
  for (const auto& problem : problems) {
    if (!text.empty()) text += '\n';
    text += format(file, problem);
  }
  return text;
}

}  // namespace

std::string format(const std::string& file, const Problem& problem) {
  std::string text = file;
  if (problem.line > 0) text += ":" + std::to_string(problem.line) + ":" + std::to_string(problem.column);
  if (!problem.place.empty()) text += (text.empty() ? "" : ": ") + problem.place;
  if (!text.empty()) text += ": ";
  text += problem.fact;
  if (!problem.repair.empty()) text += "; " + problem.repair;
  return text;
}

Problems::Problems(ExitCode code, const std::string& file, std::vector<Problem> problems)
    : Failure(code, join(file, problems)), problems_(std::move(problems)) {}

}  // namespace troupe
