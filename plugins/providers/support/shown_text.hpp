#pragma once

#include <string>
#include <string_view>

namespace troupe::providers {

/// Whether an answer is a page for people instead of JSON. Its Content-Type counts for nothing: some servers get it
/// wrong.
bool isHtml(std::string_view body);

/// The words of a page without its markup, styles and scripts.
std::string htmlWords(std::string_view html);

/// What a server says as one line of some 300 bytes. A word that looks like a key or a part of one, as OpenAI quotes
/// those that it refuses, becomes "***".
std::string shownText(std::string_view text);

}  // namespace troupe::providers
