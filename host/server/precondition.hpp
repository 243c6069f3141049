#pragma once

#include <string>
#include <string_view>

#include "server/exchange.hpp"
#include "server/pipeline_store.hpp"

namespace troupe::server {

/// True when a list of entity tags ("\"a\", W/\"b\"", or "*") has `etag`, as If-None-Match compares them.
bool matches(std::string_view list, std::string_view etag);

/// If-Match or, where a new one may be made, If-None-Match: *. Throws HttpError(428) when there is neither,
/// HttpError(400) for one that makes no sense.
PipelineStore::Condition conditionOf(const Exchange& exchange, bool may_be_new);

}  // namespace troupe::server
