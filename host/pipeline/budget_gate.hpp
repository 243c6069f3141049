#pragma once

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "config/pipeline_config.hpp"
#include "journal/journal.hpp"
#include "pipeline/attempt_gate.hpp"
#include "pipeline/charge.hpp"
#include "pipeline/ledger.hpp"

namespace troupe::pipeline {

/// Keeps a run within its budget: reserves what an attempt costs at worst, durably, before it leaves, and settles it by
/// what the provider reports. Without a budget it only writes down what attempts have cost. Owner: the engine; shared
/// with the journal, which calls it back. [any thread]
class BudgetGate final : public AttemptGate, public std::enable_shared_from_this<BudgetGate> {
 public:
  /// Called without a lock; must be quick.
  struct Events {
    /// The budget does not suffice: the run has to pause.
    std::function<void(const std::string& reason)> used_up;
    /// Something was freed for which mayStart() has said no.
    std::function<void()> freed;
    std::function<void(int level, const std::string& node, const std::string& message)> log;
  };

  /// `pipeline` and `journal` outlive the runners that use the gate. Takes over what earlier parts of the run have
  /// spent.
  BudgetGate(const config::Pipeline& pipeline, journal::Journal& journal, journal::RunKey run, Events events);

  /// Whether calls of this node go through the gate.
  bool concerns(const config::Node& node) const;
  /// From now on nobody is told anything.
  void close();

  bool enter(const std::shared_ptr<Passage>& passage) override;
  void withdraw(const Passage& passage) override;
  void left(const Passage& passage, const AttemptEnd& end) override;

  // ---- what may start

  /// Whether one call of each of `nodes` fits for a further sample; claims it then, until the sample is over. "": it
  /// does. Nothing: not now, freed() will tell. Else why it never will.
  std::optional<std::string> mayStart(std::int64_t index, const std::vector<std::string>& nodes);
  void sampleOver(std::int64_t index);

  // ---- what is shown

  /// Members of a JSON object, in braces: usd, reserved, limits, tokens, calls, estimated, projected. Empty when there
  /// is nothing to tell. `done` of `total` samples are settled. `providers`: with each one's part.
  std::string cost(std::int64_t done, std::int64_t total, bool providers) const;

 private:
  struct Account {
    const config::Node* const node;
    const bool counted;              ///< its attempts are reserved
    std::int64_t largest_input = 0;  ///< that was foreseen for an attempt so far, in tokens
    money::Nano estimated = 0;
    std::int64_t unknown = 0;
  };
  /// An attempt that may leave, or is about to.
  struct Open {
    std::int64_t id;
    int account;
    int attempt;
    Ledger::Reservation reservation;
  };
  struct Waiting {
    std::shared_ptr<Passage> passage;
    int account;
    Amount worst;
  };
  struct Woken;

  int accountOf(const config::Node& node) const;
  journal::Row reserved(const Passage& passage, const Open& open) const;
  void letPass(const std::shared_ptr<Passage>& passage, journal::Row row);
  void giveBack(const Passage& passage);
  Ledger::Fit reserve(const std::shared_ptr<Passage>& passage, int account, const Amount& worst);
  void dropShare(std::int64_t index, int account);
  Woken wake();
  void carryOut(Woken woken);
  void tell(const std::function<void(const Events&)>& what);

  journal::Journal& journal_;
  const journal::RunKey run_;
  const config::Budget budget_;
  std::map<std::string, int> by_name_;

  std::mutex events_mutex_;  // Held while somebody is told.
  std::optional<Events> events_;

  mutable std::mutex mutex_;  // Guards all below, but for what is const in an account.
  std::vector<Account> accounts_;
  Ledger ledger_;
  std::int64_t next_id_;
  std::map<const Passage*, Open> open_;
  std::list<Waiting> waiting_;
  std::map<std::int64_t, std::vector<Ledger::Share>> claims_;  // By sample.
  bool start_denied_ = false;
};

}  // namespace troupe::pipeline
