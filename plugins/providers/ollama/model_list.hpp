#pragma once

#include <string_view>
#include <vector>

#include "support/models.hpp"

namespace troupe::ollama {

/// Adds the models of the answer to GET /api/tags.
void readModels(std::string_view body, std::vector<providers::Model>& models);

}  // namespace troupe::ollama
