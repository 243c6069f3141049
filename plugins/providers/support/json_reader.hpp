#pragma once

#include <string>
#include <string_view>

#include <troupe/troupe.hpp>

namespace troupe::providers {

using Json = rapidjson::Value;

/// Parses what a server sent; throws troupe::Error `malformed`. Text that is no UTF-8, and half of a surrogate pair,
/// are refused: what would stand in their place was never said by the model. Nesting costs no stack.
void parseAnswer(rapidjson::Document& document, std::string_view text);

/// The same for an answer that is an object: any other type is malformed.
void parseObject(rapidjson::Document& document, std::string_view text);

/// The member of an object, or null. A member that is null counts as absent: servers differ in what they leave out.
const Json* member(const Json& value, std::string_view name);
inline const Json* member(const Json* value, std::string_view name) {
  return value == nullptr ? nullptr : member(*value, name);
}

/// The text of a value; "" when it is none.
std::string_view textOr(const Json* value);

/// Throws `malformed`: `found` stands at this JSON pointer, where `wanted` should be.
[[noreturn]] void throwWrongType(const std::string& pointer, const Json* found, const char* wanted);

/// The text of a member that may be absent. Throws when it is of another type; `pointer` is that of `value`.
std::string_view optionalText(const Json& value, std::string_view name, const std::string& pointer);

}  // namespace troupe::providers
