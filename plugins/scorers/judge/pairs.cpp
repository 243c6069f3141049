#include "pairs.hpp"

#include <algorithm>
#include <set>

#include "../support/answer_scan.hpp"
#include "../support/judged_text.hpp"

namespace troupe::judging {
namespace {

std::optional<Choice> choiceNamed(std::string_view word) {
  if (word == "A" || word == "a") return Choice::first;
  if (word == "B" || word == "b") return Choice::second;
  if (word == "C" || word == "c" || word == "tie" || word == "Tie") return Choice::tie;
  return std::nullopt;
}

}  // namespace

std::vector<Pair> pairsOf(std::size_t count, std::size_t most, std::uint64_t seed) {
  std::vector<Pair> pairs;
  // Neighbours on a circle, then those two apart, …: each round meets every text twice.
  std::set<Pair> seen;
  for (std::size_t apart = 1; apart <= count / 2; ++apart) {
    for (std::size_t i = 0; i < count && pairs.size() < most; ++i) {
      const auto a = (i + seed) % count;
      const auto b = (a + apart) % count;
      const Pair pair(std::min(a, b), std::max(a, b));
      if (a != b && seen.insert(pair).second) pairs.push_back(pair);
    }
  }
  return pairs;
}

ReadChoice readChoice(std::string_view answer) {
  ReadChoice read;
  bool contradiction = false;
  const auto take = [&](std::string_view word) {
    const auto choice = choiceNamed(word);
    if (!choice) return;
    contradiction = contradiction || (read.choice && *read.choice != *choice);
    read.choice = choice;
  };
  for (const auto& document : jsonObjects(answer)) {
    const auto text = [&](const char* name) -> std::string_view {
      const auto member = document.IsObject() ? document.FindMember(name) : rapidjson::Value::ConstMemberIterator();
      if (!document.IsObject() || member == document.MemberEnd() || !member->value.IsString()) return {};
      return {member->value.GetString(), member->value.GetStringLength()};
    };
    take(text("winner"));
    if (read.reason.empty()) read.reason = oneLine(text("reason"));
  }
  for (const auto& word : bracketed(answer)) take(word);
  if (contradiction) {
    read.choice.reset();
    read.why_not = "the judge's choices contradict each other";
  } else if (!read.choice) {
    read.why_not = "the judge's answer names no winner: \"" + oneLine(answer, 80) + "\"";
  }
  return read;
}

double resultOf(Choice as_first, Choice as_second) {
  if (as_first == Choice::first && as_second == Choice::second) return 1;
  if (as_first == Choice::second && as_second == Choice::first) return 0;
  return 0.5;
}

}  // namespace troupe::judging
