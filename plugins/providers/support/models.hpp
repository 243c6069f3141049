#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "support/json_reader.hpp"

namespace troupe::providers {

/// A model that a service offers; all but the id may be unknown.
struct Model {
  std::string id;
  std::string name;
  std::string owner;
  std::int64_t context = 0;  ///< tokens that it can read; 0: not said
};

/// The array in this member of a list; throws `malformed` when there is none.
const Json& modelArray(const Json& list, const char* member);

/// The first of these members that is a number of tokens; else 0.
std::int64_t contextIn(const Json& model, std::initializer_list<const char*> members);

/// troupe:models/1.
std::string modelsJson(const std::vector<Model>& models);

}  // namespace troupe::providers
