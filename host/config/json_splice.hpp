#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "config/json_text.hpp"

/// Changes of one value in a text; every comment and blank that does not belong to it stays. All take a text that was
/// read, give a new one that can be read, and know the style around: a member a line or all on one, a comma after the
/// last one or none, LF or CRLF.
namespace troupe::config {

/// `span` is a place in json.spans(); `value` is JSON text.
std::string spliceReplace(const JsonText& json, std::uint32_t span, std::string_view value);

/// Adds a member to the object at `container`, after its last one. `key` is JSON text, a name that is not there yet.
std::string spliceMember(const JsonText& json, std::uint32_t container, std::string_view key, std::string_view value);

/// Adds an element to the array at `container`, so that it is the one at `index`, which is at most the number of
/// elements.
std::string spliceElement(const JsonText& json, std::uint32_t container, std::uint32_t index, std::string_view value);

/// Removes a member or an element with its comma and, when it has lines of its own, with those and the comment behind
/// it. It is not the whole document.
std::string spliceRemove(const JsonText& json, std::uint32_t container, std::uint32_t span);

/// Blanks in front of what stands on the line of `offset`.
std::string_view indentAt(std::string_view text, std::size_t offset);
/// "\r\n" when the text has such lines, else "\n".
std::string_view eolOf(std::string_view text);

}  // namespace troupe::config
