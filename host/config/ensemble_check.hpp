#pragma once

#include <rapidjson/document.h>

#include "config/draft.hpp"
#include "config/ensemble.hpp"
#include "config/report.hpp"

namespace troupe::config {

/// Reads "ensemble", and checks it against the graph. What has the wrong shape is passed over: checkShape() has
/// reported it.
Ensemble checkEnsemble(const rapidjson::Value& pipeline, const Drafts& drafts, int in_flight, Report& report);

}  // namespace troupe::config
