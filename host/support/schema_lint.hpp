#pragma once

#include <rapidjson/document.h>

#include <map>
#include <regex>
#include <string>
#include <vector>

#include "support/problem.hpp"

namespace troupe {

/// What a compiled schema needs beside its document: every pattern compiled, every $ref resolved into the document.
struct SchemaParts {
  std::map<std::string, std::regex, std::less<>> patterns;
  std::map<const rapidjson::Value*, const rapidjson::Value*> references;  ///< schema that holds a $ref -> what it means

  /// The schema itself, or what its $ref stands for.
  const rapidjson::Value& resolved(const rapidjson::Value& schema) const {
    const auto found = references.find(&schema);
    return found == references.end() ? schema : *found->second;
  }
};

/// Collects the mistakes of a schema and fills `parts`. The parts point into `root`.
void lintSchema(const rapidjson::Value& root, const std::string& pointer_prefix, SchemaParts& parts,
                std::vector<Problem>& problems);

}  // namespace troupe
