#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "config/budget.hpp"

namespace troupe::pipeline {

/// What counts against a budget.
struct Amount {
  money::Nano usd = 0;
  std::int64_t tokens = 0;
  std::int64_t calls = 0;
};

/// Keeps what is spent and reserved within the limits of a budget, of the run and of single providers. In whole units;
/// no locks, no clock, no journal: used under the lock of whoever owns it.
class Ledger {
 public:
  /// An account is a position in `providers`.
  Ledger(const config::Budget& budget, const std::vector<std::string>& providers);

  enum class Fit {
    now,
    later,  ///< when what others have reserved is settled for less
    never
  };
  struct Reservation {
    Amount worst;     ///< as foreseen
    Amount reserved;  ///< set by reserve(): more, where the account's calls have turned out dearer than that
  };
  /// Reserves what an attempt costs at worst, if it fits now.
  Fit reserve(int account, Reservation& reservation);
  /// An attempt has ended. Should it have cost more than was reserved, what is spent may go beyond a limit by no more
  /// than that; returns true then, and reserves more for the account's further attempts.
  bool settle(int account, const Reservation& reservation, const Amount& actual);
  /// What earlier parts of the run have spent.
  void carry(int account, const Amount& spent);

  /// A sample that is about to start claims what its calls cost at worst, so that what starts can be finished. A claim
  /// keeps further samples back, not calls.
  struct Share {
    int account;
    Amount worst;
  };
  Fit claim(const std::vector<Share>& shares);
  void unclaim(const Share& share);

  struct Balance {
    Amount spent, reserved;
  };
  const Balance& run() const { return run_.balance; }
  const Balance& account(int account) const { return accounts_[static_cast<std::size_t>(account)].balance; }
  /// In words, which limit `more` would go beyond, which `who` ("a call of …") wants; "" when none. Account -1: the
  /// run's limits alone.
  std::string obstacle(int account, const Amount& more, const std::string& who) const;

 private:
  struct Book {
    config::BudgetLimits limits;
    Balance balance;
    Amount claimed;
    std::string name;                 ///< "budget", "budget.per_provider.claude"
    std::int64_t usd_scale = kScale;  ///< in thousandths, of what is reserved
    std::int64_t tokens_scale = kScale;
  };
  static constexpr std::int64_t kScale = 1000;
  Book& of(int account) { return accounts_[static_cast<std::size_t>(account)]; }
  static std::string obstacle(const Book& book, const Amount& more, const std::string& who);

  Book run_;
  std::vector<Book> accounts_;
};

}  // namespace troupe::pipeline
