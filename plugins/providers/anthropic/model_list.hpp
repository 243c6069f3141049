#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "support/models.hpp"

namespace troupe::anthropic {

/// Adds the models of a page of GET /v1/models. Returns the id that the next page begins behind, or "".
std::string readModels(std::string_view body, std::vector<providers::Model>& models);

}  // namespace troupe::anthropic
