#pragma once

#include "reports/sample_filters.hpp"
#include "server/exchange.hpp"

namespace troupe::server {

/// ?genre, ?model, ?saved, ?min_quality and ?min_margin. Throws HttpError(400).
reports::SampleFilters sampleFilters(const Exchange& exchange);

}  // namespace troupe::server
