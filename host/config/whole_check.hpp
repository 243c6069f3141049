#pragma once

#include "config/draft.hpp"

namespace troupe::config {

/// Checks what no node alone can tell: one prompt source, one selector, a provider whose candidates are judged, weights
/// that count, files that only one node writes, no node in vain. Needs connected nodes with checked options.
void checkWhole(const Drafts& drafts, const loader::TypeLookup& types, Report& report);

}  // namespace troupe::config
