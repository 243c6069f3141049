#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

/// What the journal holds, as plain values. Times are unix milliseconds; `json` members are JSON text as it flowed.
namespace troupe::journal {

/// Key of a row of table `runs`.
using RunKey = std::int64_t;
/// Key of a row of table `plugins`: (id, version, sha256), so that every row names the code that made it.
using PluginKey = std::int64_t;

/// A run as it is begun.
struct NewRun {
  std::string pipeline_name;
  std::string pipeline_text;       ///< the file as read
  std::string pipeline_effective;  ///< canonical, after overrides
  std::string pipeline_hash;
  std::string file;  ///< where it was read from
  std::string base;  ///< folder that relative paths start from
  std::string overrides_json = "[]";
  std::string user_id;  ///< may be empty
  std::int64_t seed = 0;
  std::int64_t samples = 0;
  int in_flight = 1;
};

struct Run : NewRun {
  RunKey key = 0;
  std::string id;     ///< what users see: "<pipeline>-<six hex digits>", unique
  std::string state;  ///< queued | running | paused | complete | failed | cancelled
  std::string reason;
  std::int64_t created_at = 0;
  std::int64_t ended_at = 0;   ///< 0 while it has not ended
  std::int64_t active_ms = 0;  ///< time spent running, without pauses
  std::int64_t repeated = 0;   ///< calls that were made again after a crash
  std::string result_json;     ///< of event complete; empty before
};

/// Who asks for a run may ask again without beginning another.
struct RunRequest {
  std::string key;   ///< chosen by whoever asks; empty: none
  std::string hash;  ///< of what is asked for
};
struct OrderedRun {
  Run run;
  std::string hash;   ///< of what was asked for when it was begun
  bool fresh = true;  ///< false: an earlier request has begun it
};

// ---- what the engine appends; one struct a kind of row --------------------------------------------------------------

/// A sample has begun: its prompt is there.
struct SampleStarted {
  RunKey run;
  std::int64_t index;
  std::int64_t seed;
  std::string prompt;  ///< JSON as it flows
  std::string genre;
  PluginKey plugin;
};

/// One attempt of a call that did not give the answer.
struct Attempt {
  RunKey run;
  std::int64_t index;
  std::string node;
  int attempt;  ///< 1-based
  int code;     ///< TROUPE_E_*
  std::string message;
  std::int64_t latency_ms;
  std::int64_t at;
};

/// A provider call has settled: with an answer, or for good with a failure.
struct CallSettled {
  RunKey run;
  std::int64_t index;
  std::string node;
  std::string request_hash;  ///< sha256 of the input; empty where not computed
  bool ok;
  std::string answer;   ///< the candidate as it flows; empty when !ok
  int code;             ///< TROUPE_OK or TROUPE_E_*
  std::string message;  ///< why it failed
  int attempts;
  std::int64_t latency_ms;  ///< of the last attempt
  std::int64_t at;
  PluginKey plugin;
};

/// A call that a node makes of a model cast for one of its roles, by what tells it apart within a sample.
struct ModelCallKey {
  RunKey run;
  std::int64_t index;
  std::string caller;        ///< node that asks
  std::string about;         ///< node of the candidate that the caller's call is about; empty: of none
  std::string node;          ///< provider that is asked
  std::string request_hash;  ///< sha256 of what is asked
  int nth;                   ///< from 0, among equal requests of one attempt of the caller
};

/// A model call has settled; like CallSettled, but its answer is no candidate.
struct ModelCallSettled : ModelCallKey {
  std::string role;
  bool ok;
  std::string answer;
  int code;
  std::string message;
  int attempts;
  std::int64_t latency_ms;
  std::int64_t at;
  PluginKey plugin;
};

/// One attempt of a model call that did not give the answer.
struct ModelAttempt : ModelCallKey {
  int attempt;
  int code;
  std::string message;
  std::int64_t latency_ms;
  std::int64_t at;
};

struct ScoreSettled {
  RunKey run;
  std::int64_t index;
  std::string node;  ///< whose candidate
  std::string scorer;
  std::optional<double> value;  ///< none: abstained
  std::string json;             ///< the score as it flows
  PluginKey plugin;
};

/// The vote is over, or the sample has failed. What the stores are given rests on this.
struct SampleDecided {
  RunKey run;
  std::int64_t index;
  bool ok;
  std::string winner;  ///< node; empty when !ok
  double quality;      ///< of the winner
  std::string json;    ///< winner, ranking, margin, ties, abstained, votes, reason; without the candidates
  std::string reason;  ///< why it failed
  PluginKey plugin;    ///< the selector's; 0 when it did not come to a vote
};

struct VerdictGiven {
  RunKey run;
  std::int64_t index;
  std::string node;  ///< filter
  bool pass;
  std::string reason;
  PluginKey plugin;
};

/// A filter holds the sample until decided, or until the deadline.
struct SampleHeld {
  RunKey run;
  std::int64_t index;
  std::string node;
  std::optional<std::int64_t> until;
  bool pass_by_default;
  std::string why;
  PluginKey plugin;
};

/// What a person (or the deadline) decided on a held sample.
struct HoldDecided {
  RunKey run;
  std::int64_t index;
  std::string node;
  bool pass;
  std::string by;
  std::int64_t at;
};

/// A store has it durably.
struct SampleSaved {
  RunKey run;
  std::int64_t index;
  std::string node;
  std::string json;  ///< as emitted: {"id", "where"}
  PluginKey plugin;
};

/// The most that an attempt may cost has been set aside; nothing of it leaves before this is durable.
struct Reserved {
  RunKey run;
  std::int64_t index;
  std::string node;
  std::int64_t id;  ///< of the attempt, unique in the run
  int attempt;      ///< 1-based
  std::int64_t nano_usd;
  std::int64_t tokens;
  std::int64_t at;
};

/// What an attempt of a provider has cost.
struct Charged {
  RunKey run;
  std::int64_t index;
  std::string node;
  std::int64_t id;  ///< as in Reserved, if there is one
  int attempt;
  int code;  ///< TROUPE_OK or TROUPE_E_*
  std::int64_t nano_usd;
  std::int64_t tokens;                                ///< that count: those reported, or all that were reserved
  std::optional<std::int64_t> input, cached, output;  ///< tokens as reported
  std::string mark;  ///< reported | estimated | unknown | none (certainly not charged) | released (never left)
  std::int64_t at;
};

/// What a node emitted that a delayed reference reads.
struct FeedbackEmitted {
  RunKey run;
  std::int64_t index;
  std::string node;
  std::string json;
};

/// The sample is over; its event follows in the same append.
struct SampleSettled {
  RunKey run;
  std::int64_t index;
};

/// A durable event. `n` is given by the journal, contiguous per run.
struct EventAppended {
  RunKey run;
  std::string type;
  std::string json;  ///< the event's members without type, run, id, n, at: the text between the braces, so that those
                     ///< can be put in front
  std::int64_t at;
};

struct RunStateChanged {
  RunKey run;
  std::string state;
  std::string reason;
  std::int64_t active_ms;
  std::int64_t repeated;
  std::int64_t samples;     ///< current total: a source may have run dry
  std::string result_json;  ///< kept as it is when empty
  std::int64_t at;
};

/// How far a sink has come: the id of the last event that it has taken.
struct CursorMoved {
  RunKey run;
  std::string sink;
  std::int64_t event_id;
};

using Row = std::variant<SampleStarted, Attempt, CallSettled, ModelAttempt, ModelCallSettled, ScoreSettled,
                         SampleDecided, VerdictGiven, SampleHeld, HoldDecided, SampleSaved, FeedbackEmitted,
                         SampleSettled, EventAppended, RunStateChanged, CursorMoved, Reserved, Charged>;

// ---- what is read back ----------------------------------------------------------------------------------------------

/// A committed event, in its final form.
struct Event {
  std::int64_t id = 0;  ///< journal row: one order for all sinks and runs
  RunKey run = 0;
  std::int64_t n = 0;  ///< 1, 2, … per run
  std::string type;
  std::string json;  ///< the whole object: {"type","run","id","n","at", …}
};

/// All of one sample that the journal knows.
struct SampleRecord {
  std::int64_t index = 0;
  std::int64_t seed = 0;
  std::string prompt;
  std::string genre;
  PluginKey source_plugin = 0;    ///< of SampleStarted
  PluginKey selector_plugin = 0;  ///< of SampleDecided
  bool decided = false;
  bool settled = false;
  bool ok = false;
  std::string winner;
  double quality = 0;
  std::string decision;  ///< SampleDecided::json
  std::string reason;
  std::vector<CallSettled> calls;
  std::vector<Attempt> attempts;
  std::vector<ModelCallSettled> model_calls;
  std::vector<ModelAttempt> model_attempts;  ///< without request_hash and nth
  std::vector<ScoreSettled> scores;
  std::vector<VerdictGiven> verdicts;
  std::vector<SampleHeld> holds;
  std::vector<HoldDecided> decisions;
  std::vector<SampleSaved> saves;
  std::vector<Reserved> reservations;  ///< those without a charge: in flight, or when a process died
  std::vector<Charged> charges;
};

/// What a provider has cost in a run. A reservation without a charge counts in full.
struct Spending {
  std::string node;
  std::int64_t calls = 0;  ///< attempts that left
  std::int64_t tokens = 0;
  std::int64_t nano_usd = 0;
  std::int64_t estimated_nano_usd = 0;  ///< of that: no usage was seen
  std::int64_t unknown = 0;             ///< attempts without a price
  std::int64_t open = 0;                ///< reservations without a charge
  std::int64_t open_nano_usd = 0;
};

/// How the providers of a decided sample were asked, where the policy of the run leaves some out.
struct EnsembleDecided {
  std::int64_t index = 0;
  std::string genre;
  std::string json;  ///< member `ensemble` of SampleDecided::json; empty where there is none
};

/// Sums over the settled samples of a run, for the table at the end and for a resume: what an unsettled one has done
/// already is not in them (`started` excepted), so a resume counts it when it goes on with it.
struct NodeTotals {
  std::string node;
  std::int64_t calls = 0, candidates = 0, failures = 0, attempts = 0, wins = 0;
  std::int64_t skipped = 0;   ///< samples whose policy did not ask it
  std::int64_t reached = 0;   ///< candidates at which a policy stopped asking
  std::int64_t scored = 0;    ///< candidates of settled samples that have a quality
  double quality_sum = 0;     ///< over those
  double latency_ms_sum = 0;  ///< over the calls that gave a candidate
};
/// Coverage: what became of the prompts of a genre.
struct GenreTotals {
  std::int64_t samples = 0, successful = 0;
  std::int64_t kept = 0;     ///< that no filter and no person let not pass
  std::int64_t saved = 0;    ///< that at least one store has
  std::int64_t reached = 0;  ///< with a candidate at which a policy stopped asking

  bool operator==(const GenreTotals&) const = default;
};
struct RunTotals {
  std::int64_t started = 0, settled = 0, successful = 0, failed = 0;
  std::int64_t saved = 0;    ///< samples that at least one store has
  std::int64_t dropped = 0;  ///< samples that a filter, or a person, let not pass, and that no store has
  std::vector<NodeTotals> nodes;
  std::map<std::string, GenreTotals> genres;
};

}  // namespace troupe::journal
