#pragma once

#include <string>
#include <vector>

#include "config/pipeline_config.hpp"

namespace troupe::config {

/// Sets the genres of every prompt source of a checked pipeline that has an option of that name. Empty: there is none.
std::vector<Override> genreOverrides(const Pipeline& pipeline, const std::vector<std::string>& genres);

}  // namespace troupe::config
