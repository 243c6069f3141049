#include "support/json_reader.hpp"

namespace troupe::providers {
namespace {

const char* typeName(const Json* value) {
  if (value == nullptr) return "nothing";
  switch (value->GetType()) {
    case rapidjson::kNullType:
      return "null";
    case rapidjson::kFalseType:
    case rapidjson::kTrueType:
      return "a boolean";
    case rapidjson::kNumberType:
      return "a number";
    case rapidjson::kStringType:
      return "a string";
    case rapidjson::kArrayType:
      return "an array";
    case rapidjson::kObjectType:
      return "an object";
  }
  return "something else";
}

}  // namespace

void parseAnswer(rapidjson::Document& document, std::string_view text) {
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos)
    throw Error(TROUPE_E_MALFORMED, "the answer is empty, where JSON should be");
  document.Parse<rapidjson::kParseFullPrecisionFlag | rapidjson::kParseValidateEncodingFlag |
                 rapidjson::kParseIterativeFlag>(text.data() != nullptr ? text.data() : "", text.size());
  if (!document.HasParseError()) return;
  throw Error(TROUPE_E_MALFORMED,
              std::string("the answer is no whole JSON: ") + rapidjson::GetParseError_En(document.GetParseError()) +
                  " (byte " + std::to_string(document.GetErrorOffset()) + " of " + std::to_string(text.size()) + ")");
}

void parseObject(rapidjson::Document& document, std::string_view text) {
  parseAnswer(document, text);
  if (!document.IsObject()) throwWrongType("", &document, "an object");
}

const Json* member(const Json& value, std::string_view name) {
  const auto* found = Object(value).find(name);
  return found == nullptr || found->IsNull() ? nullptr : found;
}

std::string_view textOr(const Json* value) {
  return value != nullptr && value->IsString() ? std::string_view(value->GetString(), value->GetStringLength())
                                               : std::string_view();
}

void throwWrongType(const std::string& pointer, const Json* found, const char* wanted) {
  throw Error(TROUPE_E_MALFORMED, "the answer has " + std::string(typeName(found)) + " at " +
                                      (pointer.empty() ? "its top" : pointer) + ", where " + wanted + " should be");
}

std::string_view optionalText(const Json& value, std::string_view name, const std::string& pointer) {
  const auto* found = member(value, name);
  if (found != nullptr && !found->IsString()) throwWrongType(pointer + "/" + std::string(name), found, "a string");
  return textOr(found);
}

}  // namespace troupe::providers
