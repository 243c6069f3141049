#pragma once

#include <string_view>
#include <vector>

#include "support/models.hpp"

namespace troupe::openai {

/// Adds the models of the answer to GET /models. What servers say beyond OpenAI's id and owned_by is taken as well.
void readModels(std::string_view body, std::vector<providers::Model>& models);

}  // namespace troupe::openai
