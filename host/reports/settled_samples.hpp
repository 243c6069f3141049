#pragma once

#include <functional>

#include "journal/journal.hpp"

namespace troupe::reports {

/// The settled samples of a run by index, read page by page: memory does not grow with the run. Ends early when `use`
/// returns false.
void eachSettled(const journal::Journal& journal, const journal::Run& run,
                 const std::function<bool(const journal::SampleRecord&)>& use);

}  // namespace troupe::reports
