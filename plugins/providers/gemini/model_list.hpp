#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "support/models.hpp"

namespace troupe::gemini {

/// Adds the models of a page of GET /v1beta/models that generate content. Returns the next page, or "".
std::string readModels(std::string_view body, std::vector<providers::Model>& models);

}  // namespace troupe::gemini
