#pragma once

#include <rapidjson/document.h>

#include <span>
#include <string>
#include <string_view>

namespace troupe::config {

/// Of a string value or a member's name.
inline std::string_view textOf(const rapidjson::Value& value) { return {value.GetString(), value.GetStringLength()}; }

/// The member of an object; nullptr when `value` is no object or has no such member.
inline const rapidjson::Value* member(const rapidjson::Value& value, std::string_view name) {
  if (!value.IsObject()) return nullptr;
  const auto found = value.FindMember(
      rapidjson::Value(rapidjson::StringRef(name.data(), static_cast<rapidjson::SizeType>(name.size()))));
  return found == value.MemberEnd() ? nullptr : &found->value;
}

inline rapidjson::Value* member(rapidjson::Value& value, std::string_view name) {
  return const_cast<rapidjson::Value*>(member(static_cast<const rapidjson::Value&>(value), name));
}

/// The members of an object, to change. RapidJSON's own loop over them is ambiguous in C++20, as clang says.
inline std::span<rapidjson::Value::Member> membersOf(rapidjson::Value& object) {
  if (object.ObjectEmpty()) return {};
  return {&*object.MemberBegin(), object.MemberCount()};
}

/// The member if it is a string, else "".
inline std::string_view textMember(const rapidjson::Value& value, std::string_view name) {
  const auto* found = member(value, name);
  return found != nullptr && found->IsString() ? textOf(*found) : std::string_view();
}

}  // namespace troupe::config
