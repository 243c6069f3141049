#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "story_ideas.hpp"

namespace troupe::genre_prompts {

struct Genre {
  std::string_view name;
  Texts themes;  // what a story of the genre may be about
};

/// The fiction shelf: the genres that are asked for when a pipeline names none.
const std::vector<Genre>& shelf();

/// Themes of a genre; for one that is not on the shelf, themes that fit any. Case, spaces, "-" and "_" in the name do
/// not matter.
const Texts& themesOf(std::string_view genre);

}  // namespace troupe::genre_prompts
