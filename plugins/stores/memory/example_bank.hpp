#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <troupe/troupe.hpp>

namespace troupe::memory_store {

/// A kept sample, as a later prompt may show it to a model.
struct Example {
  std::string genre;  // empty when the prompt has none
  std::string prompt;
  std::string text;
  std::optional<double> quality;
  std::int64_t index = 0;

  /// The winner of a sample; throws troupe::Error when there is none.
  static Example of(const Object& sample);
};

/// What the bank holds at most, and which examples stay.
struct BankRules {
  enum class Policy { kBest, kLatest };

  std::size_t keep = 8;
  std::size_t per_genre = 0;  // 0: any number
  std::size_t max_chars = 20000;
  Policy policy = Policy::kBest;
};

/// Adds an example and applies the rules. An earlier example of the same index is replaced, so adding twice changes
/// nothing. The result is in order of preference, the first to be shown first. It depends on the arguments only.
std::vector<Example> add(std::vector<Example> bank, Example example, const BankRules& rules);

/// {"examples": [...]} as JSON, and back; a bank that is null or missing is empty.
void write(JsonWriter& json, const std::vector<Example>& bank);
std::vector<Example> read(const rapidjson::Value* bank);

}  // namespace troupe::memory_store
