#pragma once

#include <rapidjson/document.h>

#include <string>

#include "storyteller.hpp"

namespace troupe::storyteller {

/// What a prompt asks of the teller: genre, idea and length.
struct Brief {
  const Genre* genre;  // never null
  Idea idea;
  int words = 0;         // length that is asked for; 0: none
  int prompt_words = 0;  // words of all messages
};

/// Reads a prompt (troupe:prompt/1). The genre is `vars.genre`; without it, the genre named first in the last message
/// of the user; else the general shelf. The idea is `vars.theme`, `character`, `place` and `object`; the length is
/// `vars.words`.
Brief readBrief(const rapidjson::Value& prompt);

}  // namespace troupe::storyteller
