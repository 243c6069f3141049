#ifndef TROUPE_TEXT_FIT_HPP
#define TROUPE_TEXT_FIT_HPP

#include <string_view>

#include "signal.hpp"

namespace troupe::text {

/// The share of the prompt's content words (compared by stem) that the text takes up. Words about the writing itself,
/// and the genre's own name, are no content. Not counted when the prompt has no content word.
Part promptFit(const Document& document, std::string_view prompt, std::string_view genre);

/// How many different words of the genre's vocabulary the text has, for its length. Not counted without a known genre.
Part genreFit(const Document& document, std::string_view genre);

}  // namespace troupe::text

#endif
