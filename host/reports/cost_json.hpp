#pragma once

#include <rapidjson/document.h>

#include <vector>

#include "config/budget.hpp"
#include "journal/journal.hpp"

/// What a run has cost, from its journal.
namespace troupe::reports {

struct RunCost {
  std::vector<journal::Spending> providers;  ///< empty: nothing was paid for
  journal::Spending all;                     ///< their sum
  config::Budget budget;                     ///< as the stored pipeline says, with all changes
  money::Nano projected = 0;                 ///< for all samples, if the others cost what the settled ones did
};
RunCost costOf(const journal::Journal& journal, const journal::Run& run, std::int64_t settled);

/// {"usd","estimated_usd","reserved_usd",…,"providers":[…]}, or null.
rapidjson::Value costJson(const RunCost& cost, rapidjson::Document::AllocatorType& allocator);

/// [{"node","attempt","code","usd","tokens","input","cached","output","mark"}] of a sample; what has no charge yet is
/// marked "reserved".
rapidjson::Value chargesJson(const journal::SampleRecord& record, rapidjson::Document::AllocatorType& allocator);

}  // namespace troupe::reports
