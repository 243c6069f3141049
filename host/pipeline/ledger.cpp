#include "pipeline/ledger.hpp"

#include <algorithm>

namespace troupe::pipeline {
namespace {

using money::saturatingAdd;

void add(Amount& sum, const Amount& more) {
  sum.usd = saturatingAdd(sum.usd, more.usd);
  sum.tokens = saturatingAdd(sum.tokens, more.tokens);
  sum.calls = saturatingAdd(sum.calls, more.calls);
}

void subtract(Amount& sum, const Amount& less) {
  sum.usd -= less.usd;
  sum.tokens -= less.tokens;
  sum.calls -= less.calls;
}

Amount operator+(Amount a, const Amount& b) {
  add(a, b);
  return a;
}

bool within(const config::BudgetLimits& limits, const Amount& amount) {
  return (!limits.usd || amount.usd <= *limits.usd) && (!limits.tokens || amount.tokens <= *limits.tokens) &&
         (!limits.calls || amount.calls <= *limits.calls);
}

std::int64_t scaled(std::int64_t amount, std::int64_t scale, std::int64_t unit) {
  if (scale == unit) return amount;
  const auto product = money::saturatingMultiply(amount, scale);
  return product == INT64_MAX ? INT64_MAX : product / unit + (product % unit > 0 ? 1 : 0);
}

/// How many thousandths `actual` is of `reserved`, rounded up.
std::int64_t ratio(std::int64_t actual, std::int64_t reserved, std::int64_t unit) {
  constexpr std::int64_t kMost = 1'000'000;  // A thousandfold: whoever lies more than that is not to be reckoned with.
  const auto whole = std::max<std::int64_t>(reserved, 1);
  const auto product = money::saturatingMultiply(actual, unit);
  return std::min(kMost, product / whole + (product % whole > 0 ? 1 : 0));
}

}  // namespace

Ledger::Ledger(const config::Budget& budget, const std::vector<std::string>& providers) {
  run_.limits = budget.run;
  run_.name = "budget";
  for (const auto& name : providers) {
    Book book;
    if (const auto found = budget.nodes.find(name); found != budget.nodes.end()) book.limits = found->second;
    book.name = "budget.per_provider." + name;
    accounts_.push_back(std::move(book));
  }
}

Ledger::Fit Ledger::reserve(int account, Reservation& reservation) {
  auto& mine = of(account);
  auto& amount = reservation.reserved = reservation.worst;
  amount.usd = scaled(amount.usd, mine.usd_scale, kScale);
  amount.tokens = scaled(amount.tokens, mine.tokens_scale, kScale);
  auto fit = Fit::now;
  for (const auto* book : {&run_, &mine}) {
    if (!within(book->limits, book->balance.spent + amount)) return Fit::never;
    if (!within(book->limits, book->balance.spent + book->balance.reserved + amount)) fit = Fit::later;
  }
  if (fit != Fit::now) return fit;
  for (auto* book : {&run_, &mine}) add(book->balance.reserved, amount);
  return Fit::now;
}

bool Ledger::settle(int account, const Reservation& reservation, const Amount& actual) {
  auto& mine = of(account);
  for (auto* book : {&run_, &mine}) {
    subtract(book->balance.reserved, reservation.reserved);
    add(book->balance.spent, actual);
  }
  const bool usd = actual.usd > reservation.reserved.usd;
  const bool tokens = actual.tokens > reservation.reserved.tokens;
  if (usd) mine.usd_scale = std::max(mine.usd_scale, ratio(actual.usd, reservation.worst.usd, kScale));
  if (tokens) mine.tokens_scale = std::max(mine.tokens_scale, ratio(actual.tokens, reservation.worst.tokens, kScale));
  return usd || tokens;
}

void Ledger::carry(int account, const Amount& spent) {
  add(run_.balance.spent, spent);
  add(of(account).balance.spent, spent);
}

Ledger::Fit Ledger::claim(const std::vector<Share>& shares) {
  Amount all;
  auto fit = Fit::now;
  const auto look = [&](const Book& book, const Amount& more) {
    const auto& balance = book.balance;
    if (!within(book.limits, balance.spent + more)) fit = Fit::never;
    if (fit == Fit::now && !within(book.limits, balance.spent + balance.reserved + book.claimed + more))
      fit = Fit::later;
  };
  for (const auto& share : shares) {
    add(all, share.worst);
    look(of(share.account), share.worst);
  }
  look(run_, all);
  if (fit != Fit::now) return fit;
  add(run_.claimed, all);
  for (const auto& share : shares) add(of(share.account).claimed, share.worst);
  return fit;
}

void Ledger::unclaim(const Share& share) {
  subtract(run_.claimed, share.worst);
  subtract(of(share.account).claimed, share.worst);
}

std::string Ledger::obstacle(const Book& book, const Amount& more, const std::string& who) {
  const auto& [spent, reserved] = book.balance;
  const auto say = [&](const char* key, const std::string& used, const std::string& kept, const std::string& limit,
                       const std::string& next) {
    const auto path = book.name + "." + key;
    return used + " spent and " + kept + " reserved of " + limit + " (" + path + "), and " + who + " may take up to " +
           next + "; raise it with --set " + path + "=N";
  };
  const auto number = [](std::int64_t n) { return std::to_string(n); };
  const auto after = spent + more;
  if (book.limits.usd && after.usd > *book.limits.usd)
    return say("usd", money::usdText(spent.usd), money::usdText(reserved.usd), money::usdText(*book.limits.usd),
               money::usdText(more.usd));
  if (book.limits.tokens && after.tokens > *book.limits.tokens)
    return say("tokens", number(spent.tokens), number(reserved.tokens), number(*book.limits.tokens) + " tokens",
               number(more.tokens));
  if (book.limits.calls && after.calls > *book.limits.calls)
    return say("calls", number(spent.calls), number(reserved.calls), number(*book.limits.calls) + " calls",
               number(more.calls));
  return {};
}

std::string Ledger::obstacle(int account, const Amount& more, const std::string& who) const {
  auto text = obstacle(run_, more, who);
  if (text.empty() && account >= 0) text = obstacle(accounts_[static_cast<std::size_t>(account)], more, who);
  return text;
}

}  // namespace troupe::pipeline
