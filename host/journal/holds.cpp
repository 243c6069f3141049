#include "journal/holds.hpp"

#include <algorithm>
#include <utility>

#include "support/json_text.hpp"
#include "support/problem.hpp"

namespace troupe::journal {
namespace {

std::string names(const std::vector<std::string>& list) {
  std::string text;
  for (const auto& name : list) text += (text.empty() ? "" : ", ") + troupe::quoted(name);
  return text;
}

}  // namespace

std::vector<std::string> holders(const SampleRecord& sample) {
  std::vector<std::string> found;
  if (sample.settled) return found;
  for (const auto& hold : sample.holds) {
    const bool decided = std::any_of(sample.decisions.begin(), sample.decisions.end(),
                                     [&](const auto& decision) { return decision.node == hold.node; });
    if (!decided) found.push_back(hold.node);
  }
  return found;
}

std::string decideHold(Journal& journal, const Run& run, std::int64_t index, std::string_view node, bool pass,
                       std::string_view by, std::int64_t now_ms) {
  const auto what = "sample " + std::to_string(index) + " of " + run.id;
  const auto record = journal.sample(run.key, index);
  if (!record) throw Failure(ExitCode::usage, what + " is not there; troupe runs show " + run.id);
  const auto held_by = holders(*record);
  if (held_by.empty()) throw Failure(ExitCode::usage, what + " waits for no decision");
  if (node.empty() && held_by.size() > 1) {
    throw Failure(ExitCode::usage, what + " is held by " + names(held_by) + "; name one of them");
  }
  std::string holder = node.empty() ? held_by.front() : std::string(node);
  if (std::find(held_by.begin(), held_by.end(), holder) == held_by.end()) {
    throw Failure(ExitCode::usage, what + " is not held by " + troupe::quoted(holder) + "; held by " + names(held_by));
  }
  std::vector<Row> rows;
  rows.emplace_back(HoldDecided{run.key, index, holder, pass, std::string(by), now_ms});
  journal.append(std::move(rows));
  journal.flush();
  return holder;
}

}  // namespace troupe::journal
