#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "journal/journal.hpp"

namespace troupe::journal {

/// The filters that hold the sample and that nobody has decided for; none when it is settled.
std::vector<std::string> holders(const SampleRecord& sample);

/// Keeps a decision on a held sample of a run that is not under way, for when it goes on; durable when it returns.
/// `node` may be empty when one filter alone holds it. Returns that filter. Throws Failure(usage) when nothing of that
/// kind is held.
std::string decideHold(Journal& journal, const Run& run, std::int64_t index, std::string_view node, bool pass,
                       std::string_view by, std::int64_t now_ms);

}  // namespace troupe::journal
