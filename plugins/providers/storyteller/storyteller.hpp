#pragma once

#include <cstdint>
#include <string>

#include "voice.hpp"

namespace troupe::storyteller {

/// Phrases of the prompt that a story should take up; each may be empty.
struct Idea {
  std::string theme;      // "a bargain that is kept too well"
  std::string character;  // "a retired cartographer"
  std::string place;      // "on the last train of the season"
  std::string object;     // "a key that fits nothing"
};

/// What is asked of a voice.
struct StoryRequest {
  const Genre* genre;  // of shelf()
  std::uint64_t seed;
  int min_words = 80;
  int max_words = 400;
  int words = 0;  // length asked for; 0: the voice's own
  Idea idea = {};
};

/// Tells the story: the same request to the same voice gives the same text, byte for byte. A story told well keeps to
/// the length that was asked for; a weak one may miss it. [any thread]
std::string tellStory(const Voice& voice, const StoryRequest& request);

}  // namespace troupe::storyteller
