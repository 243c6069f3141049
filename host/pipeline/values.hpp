#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

/// Checks what plugins emit against the port's schema and completes it to what flows (sdk/schemas). Hand-written for
/// the hot path; a test holds it against the schemas.
namespace troupe::pipeline {

/// A value that is not what the port asks for. what() names the member and the fact.
class BadValue : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct PromptValue {
  std::string json;   ///< {"id","index","seed","messages","vars"}
  std::string genre;  ///< vars.genre, or "-"
};
PromptValue completePrompt(std::string_view emitted, std::int64_t index, std::int64_t seed);

struct CandidateValue {
  std::string json;  ///< {"id","node","model","text","finish","usage","cost","latency_ms","attempts"}
};
/// `cost` gives the member of that name, from what was emitted, where that does not tell it; "" leaves it unknown.
using CostOf = std::function<std::string(std::string_view emitted)>;
CandidateValue completeCandidate(std::string_view emitted, std::int64_t index, std::string_view node,
                                 std::int64_t latency_ms, int attempts, const CostOf& cost_of = nullptr);

struct ScoreValue {
  std::string json;  ///< {"candidate","scorer","value","reason","abstained","parts",…}; no value when it abstained
  std::string candidate;        ///< id: index/node
  std::optional<double> value;  ///< 0-10; none when it abstained
  std::string reason = {};
  std::vector<std::string> compared = {};  ///< ids of the candidates in its pairs
};
/// `candidate` is the id that the score is about; empty when the emission has to say so itself (per: sample scorers).
ScoreValue completeScore(std::string_view emitted, std::string_view candidate, std::string_view scorer);
/// An abstention, for a scorer that failed.
ScoreValue abstention(std::string_view candidate, std::string_view scorer, std::string_view reason);

struct SelectionValue {
  std::string winner;   ///< id
  std::string members;  ///< `"winner":…,"ranking":…,"margin":…,…` without braces, to be spliced into the sample
  std::string reason;
  std::optional<double> margin;
};
/// `candidates` are the ids that may be named.
SelectionValue completeSelection(std::string_view emitted, const std::vector<std::string>& candidates);

struct VerdictValue {
  bool pass = false;
  std::string reason;
};
VerdictValue readVerdict(std::string_view emitted);

struct HoldValue {
  std::optional<std::int64_t> until;
  bool pass_by_default = false;
  std::string why;
};
HoldValue readHold(std::string_view emitted);

/// Any JSON value, written without white space, so that it stays one line.
std::string normalize(std::string_view emitted);

/// The `id` of what a store emitted on `saved`, as JSON; "null" when there is none.
std::string readSavedId(std::string_view emitted);

/// The members of a candidate that people are shown, of one that completeCandidate() has made.
struct CandidateView {
  std::string text;
  std::string model;
};
CandidateView readCandidate(std::string_view json);

/// The text as a JSON string, with quotes.
std::string jsonString(std::string_view text);
/// A number as JSON; the shortest text that reads back the same.
std::string jsonNumber(double value);

}  // namespace troupe::pipeline
