#pragma once

#include <string>

#include "server/api.hpp"

namespace troupe::server {

/// All that is said of one run, as of now: JSON.
std::string runAnswer(const Api& api, const journal::Run& run);

}  // namespace troupe::server
