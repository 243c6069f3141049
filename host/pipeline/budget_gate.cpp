#include "pipeline/budget_gate.hpp"

#include <troupe/troupe.h>

#include <algorithm>
#include <troupe/troupe.hpp>
#include <utility>

#include "support/unix_time.hpp"

namespace troupe::pipeline {
namespace {

std::vector<std::string> providerNames(const config::Pipeline& pipeline) {
  std::vector<std::string> names;
  for (const auto& node : pipeline.nodes)
    if (node.info->kind == loader::Kind::provider) names.push_back(node.name);
  return names;
}

void limit(JsonWriter& json, const char* name, const std::optional<std::int64_t>& value) {
  if (value) json.member(name, *value);
}

}  // namespace

/// What has to be done for others once the lock is gone.
struct BudgetGate::Woken {
  std::vector<std::pair<std::shared_ptr<Passage>, journal::Row>> pass;
  std::vector<std::shared_ptr<Passage>> suspend;
  std::string used_up;  ///< why
  bool freed = false;
};

BudgetGate::BudgetGate(const config::Pipeline& pipeline, journal::Journal& journal, journal::RunKey run, Events events)
    : journal_(journal),
      run_(run),
      budget_(pipeline.budget),
      events_(std::move(events)),
      ledger_(pipeline.budget, providerNames(pipeline)),
      next_id_(journal.lastCharge(run) + 1) {
  for (const auto& node : pipeline.nodes) {
    if (node.info->kind != loader::Kind::provider) continue;
    const auto own = budget_.nodes.find(node.name);
    const bool calls = budget_.run.calls || (own != budget_.nodes.end() && own->second.calls);
    by_name_.emplace(node.name, static_cast<int>(accounts_.size()));
    accounts_.push_back({&node, budget_.any() && (node.charging.metered || calls)});
  }
  for (const auto& spent : journal.spending(run)) {
    const auto found = by_name_.find(spent.node);
    if (found == by_name_.end()) continue;
    ledger_.carry(found->second, {spent.nano_usd, spent.tokens, spent.calls});
    auto& account = accounts_[static_cast<std::size_t>(found->second)];
    account.estimated = spent.estimated_nano_usd;
    account.unknown = spent.unknown;
  }
}

int BudgetGate::accountOf(const config::Node& node) const { return by_name_.at(node.name); }

bool BudgetGate::concerns(const config::Node& node) const {
  const auto found = by_name_.find(node.name);
  return found != by_name_.end() &&
         (accounts_[static_cast<std::size_t>(found->second)].counted || node.charging.metered);
}

void BudgetGate::close() {
  const std::lock_guard lock(events_mutex_);
  events_.reset();
}

void BudgetGate::tell(const std::function<void(const Events&)>& what) {
  const std::lock_guard lock(events_mutex_);
  if (events_) what(*events_);
}

// ---- the way of an attempt ------------------------------------------------------------------------------------------

bool BudgetGate::enter(const std::shared_ptr<Passage>& passage) {
  const auto& node = passage->node();
  const int account = accountOf(node);
  const bool counts = accounts_[static_cast<std::size_t>(account)].counted;
  const auto worst = counts ? worstCase(node, passage->input()) : Worst();
  std::optional<journal::Row> row;
  std::string obstacle;
  auto fit = Ledger::Fit::now;
  {
    const std::lock_guard lock(mutex_);
    auto& mine = accounts_[static_cast<std::size_t>(account)];
    mine.largest_input = std::max(mine.largest_input, worst.input);
    dropShare(passage->index(), account);
    if (!counts) {
      open_[passage.get()] = {next_id_++, account, passage->attempt(), {worst.amount, {}}};
      return true;
    }
    fit = reserve(passage, account, worst.amount);
    if (fit == Ledger::Fit::now) row = reserved(*passage, open_.at(passage.get()));
    if (fit == Ledger::Fit::never)
      obstacle = ledger_.obstacle(account, worst.amount, "a call of \"" + node.name + "\"");
  }
  switch (fit) {
    case Ledger::Fit::now:
      letPass(passage, std::move(*row));
      break;
    case Ledger::Fit::later:
      passage->waits("budget: waits for calls in flight to settle", std::nullopt);
      break;
    case Ledger::Fit::never:
      tell([&](const Events& events) { events.used_up("budget: " + obstacle); });
      passage->suspend();
      break;
  }
  return false;
}

// With the mutex held. What has to wait is put in the queue: before anybody can free what it waits for.
Ledger::Fit BudgetGate::reserve(const std::shared_ptr<Passage>& passage, int account, const Amount& worst) {
  Ledger::Reservation reservation{worst, {}};
  const auto fit = ledger_.reserve(account, reservation);
  if (fit == Ledger::Fit::now) open_[passage.get()] = {next_id_++, account, passage->attempt(), reservation};
  if (fit == Ledger::Fit::later) waiting_.push_back({passage, account, worst});
  return fit;
}

journal::Row BudgetGate::reserved(const Passage& passage, const Open& open) const {
  const auto& amount = open.reservation.reserved;
  return journal::Reserved{run_,         passage.index(), passage.node().name, open.id,
                           open.attempt, amount.usd,      amount.tokens,       unixMs()};
}

// Nothing leaves before its reservation is durable.
void BudgetGate::letPass(const std::shared_ptr<Passage>& passage, journal::Row row) {
  std::vector<journal::Row> rows;
  rows.push_back(std::move(row));
  journal_.append(std::move(rows), [self = shared_from_this(), passage] {
    if (!passage->pass()) self->giveBack(*passage);
  });
}

// An attempt that was not wanted any more when its reservation was there.
void BudgetGate::giveBack(const Passage& passage) { left(passage, {}); }

void BudgetGate::withdraw(const Passage& passage) {
  const std::lock_guard lock(mutex_);
  waiting_.remove_if([&](const Waiting& one) { return one.passage.get() == &passage; });
}

void BudgetGate::left(const Passage& passage, const AttemptEnd& end) {
  std::optional<journal::Charged> row;
  std::string excess;
  Woken woken;
  {
    const std::lock_guard lock(mutex_);
    const auto found = open_.find(&passage);
    if (found == open_.end()) return;
    const auto open = found->second;
    open_.erase(found);
    auto& account = accounts_[static_cast<std::size_t>(open.account)];
    const auto& kept = open.reservation.reserved;
    auto charge = chargeOf(passage.node(), kept, end);
    if (charge.at_worst && !account.counted)  // Nothing was reserved: only now it is of interest.
      charge = chargeOf(passage.node(), worstCase(passage.node(), passage.input()).amount, end);
    if (ledger_.settle(open.account, open.reservation, charge.amount) && account.counted)
      excess = "a call has cost " + money::usdText(charge.amount.usd) + " and " + std::to_string(charge.amount.tokens) +
               " tokens, more than the " + money::usdText(kept.usd) + " and " + std::to_string(kept.tokens) +
               " that it could at worst; more is reserved for its calls from now on; are max_tokens and prices.json "
               "right?";
    if (charge.mark == "estimated") account.estimated += charge.amount.usd;
    if (charge.mark == "unknown") ++account.unknown;
    if (account.counted || charge.mark != "released")
      row = journal::Charged{run_,
                             passage.index(),
                             passage.node().name,
                             open.id,
                             open.attempt,
                             end.failure != nullptr ? end.failure->code : TROUPE_OK,
                             charge.amount.usd,
                             charge.amount.tokens,
                             charge.usage.input,
                             charge.usage.cached,
                             charge.usage.output,
                             std::string(charge.mark),
                             unixMs()};
    woken = wake();
  }
  if (row) journal_.append({std::move(*row)});
  if (!excess.empty()) tell([&](const Events& events) { events.log(TROUPE_WARNING, passage.node().name, excess); });
  carryOut(std::move(woken));
}

// With the mutex held, after something was settled: who waits tries again, in the order of their coming.
BudgetGate::Woken BudgetGate::wake() {
  Woken woken;
  for (auto it = waiting_.begin(); it != waiting_.end();) {
    const auto [passage, account, worst] = *it;
    Ledger::Reservation reservation{worst, {}};
    const auto fit = ledger_.reserve(account, reservation);
    if (fit == Ledger::Fit::later) {
      ++it;
      continue;
    }
    it = waiting_.erase(it);
    if (fit == Ledger::Fit::now) {
      const Open open{next_id_++, account, passage->attempt(), reservation};
      open_[passage.get()] = open;
      woken.pass.emplace_back(passage, reserved(*passage, open));
    } else {
      woken.used_up = ledger_.obstacle(account, reservation.reserved, "a call of \"" + passage->node().name + "\"");
      woken.suspend.push_back(passage);
    }
  }
  woken.freed = std::exchange(start_denied_, false);
  return woken;
}

void BudgetGate::carryOut(Woken woken) {
  for (auto& [passage, row] : woken.pass) letPass(passage, std::move(row));
  if (!woken.used_up.empty()) tell([&](const Events& events) { events.used_up("budget: " + woken.used_up); });
  for (const auto& passage : woken.suspend) passage->suspend();
  if (woken.freed) tell([](const Events& events) { events.freed(); });
}

// ---- which sample may start -----------------------------------------------------------------------------------------

std::optional<std::string> BudgetGate::mayStart(std::int64_t index, const std::vector<std::string>& nodes) {
  if (!budget_.any()) return "";
  const std::lock_guard lock(mutex_);
  std::vector<Ledger::Share> shares;
  for (const auto& name : nodes) {
    const int account = by_name_.at(name);
    const auto& mine = accounts_[static_cast<std::size_t>(account)];
    if (!mine.counted) continue;
    auto worst = worstCase(*mine.node, {});
    if (mine.node->charging.metered) {
      // The prompt is not known yet: as long as the longest up to now.
      worst.input = std::max(worst.input, mine.largest_input);
      worst.amount.tokens = money::saturatingAdd(worst.input, worst.output);
      if (const auto& price = mine.node->charging.price)
        worst.amount.usd = config::worstCost(*price, worst.input, worst.output);
    }
    shares.push_back({account, worst.amount});
  }
  switch (ledger_.claim(shares)) {
    case Ledger::Fit::now:
      if (!shares.empty()) claims_[index] = std::move(shares);
      return "";
    case Ledger::Fit::later:
      start_denied_ = true;
      return std::nullopt;
    case Ledger::Fit::never:
      break;
  }
  Amount all;
  for (const auto& share : shares) {
    if (auto why = ledger_.obstacle(share.account, share.worst, "a further sample"); !why.empty())
      return "budget: " + why;
    all.usd = money::saturatingAdd(all.usd, share.worst.usd);
    all.tokens = money::saturatingAdd(all.tokens, share.worst.tokens);
    all.calls += share.worst.calls;
  }
  return "budget: " + ledger_.obstacle(-1, all, "a further sample");
}

// With the mutex held: what the sample has claimed for a node is used up, or not needed.
void BudgetGate::dropShare(std::int64_t index, int account) {
  const auto found = claims_.find(index);
  if (found == claims_.end()) return;
  auto& shares = found->second;
  const auto share =
      std::find_if(shares.begin(), shares.end(), [&](const auto& one) { return one.account == account; });
  if (share == shares.end()) return;
  ledger_.unclaim(*share);
  shares.erase(share);
  if (shares.empty()) claims_.erase(found);
}

void BudgetGate::sampleOver(std::int64_t index) {
  const std::lock_guard lock(mutex_);
  const auto found = claims_.find(index);
  if (found == claims_.end()) return;
  for (const auto& share : found->second) ledger_.unclaim(share);
  claims_.erase(found);
}

// ---- what is shown --------------------------------------------------------------------------------------------------

std::string BudgetGate::cost(std::int64_t done, std::int64_t total, bool providers) const {
  const std::lock_guard lock(mutex_);
  const bool any = std::any_of(accounts_.begin(), accounts_.end(),
                               [](const auto& one) { return one.counted || one.node->charging.metered; });
  if (!any) return {};
  money::Nano estimated = 0;
  std::int64_t unknown = 0;
  for (const auto& one : accounts_) {
    estimated += one.estimated;
    unknown += one.unknown;
  }
  const auto balance = [](JsonWriter& json, const Ledger::Balance& is, const config::BudgetLimits& limits,
                          money::Nano of_that, std::int64_t without_price) {
    json.member("usd", money::usdOf(is.spent.usd)).member("reserved_usd", money::usdOf(is.reserved.usd));
    json.member("estimated_usd", money::usdOf(of_that));
    json.member("tokens", is.spent.tokens).member("calls", is.spent.calls).member("unknown_calls", without_price);
    if (limits.usd) json.member("limit_usd", money::usdOf(*limits.usd));
    limit(json, "limit_tokens", limits.tokens);
    limit(json, "limit_calls", limits.calls);
  };
  JsonWriter json;
  json.beginObject();
  balance(json, ledger_.run(), budget_.run, estimated, unknown);
  json.key("projected_usd");
  if (done > 0)
    json.value(money::usdOf(ledger_.run().spent.usd) / static_cast<double>(done) *
               static_cast<double>(std::max(done, total)));
  else
    json.null();
  if (providers) {
    json.key("providers").beginArray();
    for (std::size_t i = 0; i < accounts_.size(); ++i) {
      const auto& one = accounts_[i];
      if (!one.counted && !one.node->charging.metered) continue;
      const auto own = budget_.nodes.find(one.node->name);
      json.beginObject().member("node", one.node->name);
      balance(json, ledger_.account(static_cast<int>(i)),
              own != budget_.nodes.end() ? own->second : config::BudgetLimits(), one.estimated, one.unknown);
      json.key("price");
      one.node->charging.price ? json.value(one.node->charging.price->origin) : json.null();
      json.endObject();
    }
    json.endArray();
  }
  json.endObject();
  return std::string(json.text());
}

}  // namespace troupe::pipeline
