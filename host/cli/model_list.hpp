#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/trial.hpp"

namespace troupe::cli {

struct ListedModel {
  std::string id, owner;
  std::int64_t context = 0;  ///< tokens; 0: not told
};

struct ModelList {
  std::string json;  ///< as emitted
  std::vector<ListedModel> models;
  std::optional<pipeline::FailureInfo> failure;
};

/// Whether the provider can tell its models.
bool listsModels(const loader::NodeType& type);
/// One call of a provider that can.
ModelList askForModels(Trial& trial);

}  // namespace troupe::cli
