#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

/// Texts on their way into a question, and out of an answer.
namespace troupe::judging {

/// At most `max_chars` characters of the text, from its head and its tail, so that length alone wins nothing.
std::string excerpt(std::string_view text, std::size_t max_chars);

/// A line that stands in none of the texts and that their authors could not know: what is between two of it is data.
std::string fenceFor(const std::function<std::uint64_t()>& random, const std::vector<std::string_view>& texts);

/// The text between two fences.
std::string fenced(const std::string& fence, std::string_view text);

/// On one line, without control characters, at most `max_bytes` long.
std::string oneLine(std::string_view text, std::size_t max_bytes = 240);

}  // namespace troupe::judging
