#pragma once

#include "reports/export.hpp"
#include "server/exchange.hpp"

namespace troupe::server {

/// ?genre, ?model, ?saved and ?min_quality. Throws HttpError(400).
reports::SampleFilters sampleFilters(const Exchange& exchange);

}  // namespace troupe::server
