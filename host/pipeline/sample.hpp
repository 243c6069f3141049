#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "journal/rows.hpp"
#include "pipeline/ensemble_record.hpp"
#include "pipeline/graph.hpp"
#include "pipeline/model_answers.hpp"
#include "pipeline/outcome.hpp"
#include "pipeline/values.hpp"

namespace troupe::pipeline {

/// One prompt's way through the graph.
struct Sample {
  enum class Phase { generating, evaluating, storing };
  enum class State { waiting, running, value, failed, skipped };

  /// A provider's part.
  struct Answer {
    bool asked = false;  ///< is to answer; a policy may leave it out
    State state = State::waiting;
    std::string json;  ///< the candidate as it flows
    FailureInfo failure;
    std::int64_t latency_ms = 0;
    int attempts = 0;
  };
  /// A scorer's part: for one candidate, or for all (per: sample).
  struct Scoring {
    State state = State::waiting;
    std::vector<ScoreValue> scores;
  };
  struct Verdict {
    bool pass = false;
    std::string reason;
  };

  Sample(const Graph& graph, std::int64_t index_, std::int64_t seed_);

  const std::int64_t index;
  const std::int64_t seed;
  std::string prompt;  ///< JSON as it flows
  std::string genre = "-";
  std::string context;                 ///< `"sample":{…}` as every call's input carries it
  std::map<int, std::string> delayed;  ///< by position in Graph::nodes: `"port":value,` of its delayed references, as
                                       ///< they were when the sample began; set before its first call
  std::atomic<Phase> phase{Phase::generating};
  ModelAnswers models;  ///< that its nodes have asked for

  std::mutex mutex;  // Guards all below while calls are open; afterwards the one worker that goes on with the sample
                     // owns them.
  std::vector<Answer> answers;  ///< by position in Graph::nodes; used at providers
  std::vector<std::vector<Scoring>>
      scorings;            ///< by position in Graph::nodes, then in Graph::candidates (per: sample: one)
  std::vector<int> order;  ///< positions in Graph::candidates: whom to ask, where the policy leaves providers out
  bool explored = false;   ///< the front of `order` was drawn uniformly
  int open = 0;            ///< calls under way, or about to be
  struct Due {
    int node;
    int candidate;  ///< of a scorer; -1: provider, or scorer of whole samples
    bool here;      ///< need not get a worker of its own
  };
  std::deque<Due> due;     ///< calls about to be made, by whoever works on the sample
  bool suspended = false;  ///< a call came back undone, since the run pauses

  bool decided = false;
  bool ok = false;
  std::string reason;                            ///< why it failed
  std::vector<std::optional<double>> qualities;  ///< by position in Graph::candidates
  int winner = -1;                               ///< position in Graph::candidates
  std::string selection;                         ///< members of the selection, without braces
  std::optional<double> margin;
  std::optional<EnsembleRecord> ensemble;        ///< how its providers were asked, where some may be left out
  std::vector<std::optional<Verdict>> verdicts;  ///< by position in Graph::nodes; used at filters
  std::vector<std::optional<std::string>>
      saves;                 ///< by position in Graph::nodes; used at stores; JSON, "" when a store kept nothing
  std::vector<bool> stored;  ///< by position in Graph::nodes: the store has answered

  std::string candidateId(const Graph& graph, int node) const { return std::to_string(index) + "/" + graph.name(node); }
};

/// Sets prompt, genre and context.
void setPrompt(Sample& sample, std::string_view run_id, std::string prompt, std::string genre);

/// `"port":value,` for each delayed reference of a node that has a value yet. `value` is what node `from` had emitted
/// by sample `index`, or "".
std::string delayedMembers(const Graph& graph, int node, std::int64_t index,
                           const std::function<std::string(int from, std::int64_t index)>& value);
/// Sets `delayed` of all nodes but the prompt source, which is asked before there is a sample.
void setDelayed(const Graph& graph, Sample& sample,
                const std::function<std::string(int from, std::int64_t index)>& value);

/// Weighted mean of the scores of each candidate over the scorers that did not abstain; nothing where all did.
std::vector<std::optional<double>> computeQualities(const Graph& graph, const Sample& sample);

/// Inputs as JSON objects.
std::string providerInput(const Graph& graph, const Sample& sample, int node);
std::string scorerInput(const Graph& graph, const Sample& sample, int node, int candidate);
std::string sampleScorerInput(const Graph& graph, const Sample& sample, int node);
std::string selectorInput(const Graph& graph, const Sample& sample);
/// The sample as filters and stores see it, on its port and alone.
std::string sampleInput(const Graph& graph, const Sample& sample, int node, std::string_view run_id);
std::string sampleJson(const Graph& graph, const Sample& sample, std::string_view run_id);

/// What the journal keeps of a decision: the selection's members and the qualities by node.
std::string decisionJson(const Graph& graph, const Sample& sample);

/// A sample as the journal knows it, ready to go on.
void restore(const Graph& graph, Sample& sample, const journal::SampleRecord& record, std::string_view run_id);

}  // namespace troupe::pipeline
