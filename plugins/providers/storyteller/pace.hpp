#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "random.hpp"

namespace troupe::storyteller {

/// A piece of a story and how long the teller takes for it.
struct Piece {
  std::string_view text;
  std::int64_t wait_ms;  // before the piece
};

/// Cuts a story into pieces between words, which together are the story, and together take `total_ms`. At most one
/// piece a word, and none faster than 40 ms, which no eye could follow.
std::vector<Piece> pacePieces(std::string_view story, std::int64_t total_ms);

/// The time one story takes: `pace_ms`, up to 30 % more or less.
std::int64_t storyTime(std::int64_t pace_ms, Random& random);

}  // namespace troupe::storyteller
