#include "config/report.hpp"

#include <algorithm>
#include <utility>

#include "support/json_text.hpp"

namespace troupe::config {
namespace {

constexpr std::size_t kMaxProblems = 100;

bool isWithin(std::string_view pointer, const std::string& outer) {
  return pointer.substr(0, outer.size()) == outer && (pointer.size() == outer.size() || pointer[outer.size()] == '/');
}

/// On one line and of a bounded length, whatever names the file holds.
std::string shownPlace(const std::string& place) {
  const auto text = troupe::quoted(place, 300);
  return text.substr(1, text.size() - 2);
}

}  // namespace

void Report::add(std::string_view pointer, std::string fact, std::string repair) {
  const bool from_command_line =
      std::any_of(changed_.begin(), changed_.end(), [&](const std::string& outer) { return isWithin(pointer, outer); });
  if (from_command_line)
    addElsewhere(std::string(pointer), fact + " (as set on the command line)", std::move(repair));
  else
    keep(problems_.size() < kMaxProblems ? text_.offset(pointer) : 0,
         {std::string(pointer), 0, 0, std::move(fact), std::move(repair)});
}

void Report::addElsewhere(std::string place, std::string fact, std::string repair) {
  keep(text_.text().size(), {std::move(place), 0, 0, std::move(fact), std::move(repair)});
}

void Report::keep(std::size_t offset, Problem problem) {
  if (problems_.size() == kMaxProblems)
    ++left_out_;
  else
    problems_.push_back({offset, std::move(problem)});
}

void Report::add(std::vector<Problem> problems) {
  for (auto& problem : problems) add(problem.place, std::move(problem.fact), std::move(problem.repair));
}

void Report::warn(std::string_view pointer, std::string fact, std::string repair) {
  if (warnings_.size() < kMaxProblems)
    warnings_.push_back({text_.offset(pointer), {std::string(pointer), 0, 0, std::move(fact), std::move(repair)}});
}

// With their lines, in the order of the text.
std::vector<Problem> Report::placed(std::vector<Found> found) const {
  std::stable_sort(found.begin(), found.end(), [](const Found& a, const Found& b) { return a.offset < b.offset; });
  const LineIndex lines(text_.text());
  std::vector<Problem> problems;
  for (auto& [offset, problem] : found) {
    if (offset < text_.text().size()) {
      const auto [line, column] = lines.position(offset);
      problem.line = line;
      problem.column = column;
    }
    problems.push_back(std::move(problem));
  }
  for (auto& problem : problems) problem.place = shownPlace(problem.place);
  return problems;
}

std::vector<Problem> Report::take() {
  auto problems = placed(std::exchange(problems_, {}));
  if (left_out_ > 0) problems.push_back({"", 0, 0, "and " + std::to_string(left_out_) + " more", ""});
  left_out_ = 0;
  return problems;
}

std::vector<Problem> Report::takeWarnings() { return placed(std::exchange(warnings_, {})); }

}  // namespace troupe::config
