#pragma once

#include <string>
#include <string_view>

namespace troupe::storyteller {

/// "a" or "an", by the sound that `words` begin with.
std::string_view articleFor(std::string_view words);

/// Makes the first letter of `text` from `begin` on a capital, past an opening quote or parenthesis.
void capitalise(std::string& text, std::size_t begin = 0);

/// Words as the storyteller counts them everywhere: runs of bytes between white space.
int countWords(std::string_view text);

}  // namespace troupe::storyteller
