#pragma once

#include <string>
#include <vector>

#include "support/http_client.hpp"

namespace troupe::test {

/// "GET /api/v1/runs/{run}" of every operation in /openapi.json; `own` leaves out those that a plugin adds (x-part).
std::vector<std::string> describedOperations(bool own);

/// What is off the description in an answer, or "": the status, the media type, every value of the body.
std::string offDescription(const std::string& method, const std::string& target, const HttpAnswer& answer);

}  // namespace troupe::test
