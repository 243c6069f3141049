#pragma once

#include "config/draft.hpp"

namespace troupe::config {

/// Resolves the references between nodes into ports and edges, and the roles of `models` into providers. Reports what
/// names no node or port, does not fit, is missing, or stands twice. Edges from disabled nodes are dropped. `in_flight`
/// is the run's.
void connectNodes(Drafts& drafts, int in_flight, Report& report);
void connectModels(Drafts& drafts, Report& report);
/// The same for the fallbacks of providers.
void connectFallbacks(Drafts& drafts, Report& report);
/// `cache` of providers.
void readCaches(Drafts& drafts, Report& report);

/// Reports edges and calls that come back to where they began; delayed references may.
void checkCycles(const Drafts& drafts, Report& report);

}  // namespace troupe::config
