#pragma once

#include <rapidjson/document.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What can be found in a model's answer, however it is wrapped. Any text is safe.
namespace troupe::judging {

/// The JSON objects in a text: alone, in a code fence, or among words.
std::vector<rapidjson::Document> jsonObjects(std::string_view text);

/// What stands between "[[" and "]]", each on its own, without white space around it.
std::vector<std::string> bracketed(std::string_view text);

/// A number on the scale of ten: "7", "7.5", "7/10", "7 out of 10". Nothing for another text or another scale.
std::optional<double> numberOfTen(std::string_view text);

/// Numbers behind a word that says what they are: "Rating: 7/10", "Score is 8", "**Overall rating:** 6.5". A range
/// ("rating 1-10") is none, nor is a member of JSON: where that is cut short, so may its number be.
std::vector<std::string> labelled(std::string_view text);

}  // namespace troupe::judging
