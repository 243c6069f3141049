#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <troupe/troupe.hpp>

#include "support/prompt_template.hpp"

namespace troupe::genre_prompts {

/// A text that an earlier sample of the run has won with.
struct Example {
  std::string genre;
  std::string prompt;
  std::string text;
};

/// The bank of a memory store: {"examples": [...]} or the list itself; null is an empty one. Throws troupe::Error on
/// other values.
std::vector<Example> readExamples(const rapidjson::Value* bank);

/// Makes prompts. Depends on options, index, seed and examples only, and keeps nothing, so that a resume gets the same.
class GenrePrompts {
 public:
  /// Throws troupe::Error on an unknown placeholder.
  explicit GenrePrompts(const Options& options);

  /// The genre of a sample: each once a round.
  const std::string& genreOf(std::uint64_t index) const;
  /// The prompt as it goes to the port, as JSON.
  std::string make(std::uint64_t index, std::uint64_t seed, const std::vector<Example>& examples) const;

 private:
  std::vector<std::string> genres_;
  std::vector<prompts::PromptTemplate> templates_;
  prompts::PromptTemplate system_;
  bool has_system_ = false;
  bool shuffled_ = true;
  std::uint64_t shuffle_seed_ = 0;
  std::uint64_t min_words_ = 0;
  std::uint64_t max_words_ = 0;
  std::size_t max_examples_ = 0;
};

}  // namespace troupe::genre_prompts
