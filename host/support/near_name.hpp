#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace troupe {

/// The known name that `name` was probably meant to be (Damerau-Levenshtein, at most a third of its length), or "".
std::string nearName(std::string_view name, const std::vector<std::string>& known);

/// "did you mean \"x\"?", else "known: \"a\", \"b\"" with at most `limit` names, else "".
std::string suggest(std::string_view name, const std::vector<std::string>& known, std::string_view word = "known",
                    std::size_t limit = 12);

}  // namespace troupe
