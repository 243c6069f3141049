#include "row.hpp"

#include <troupe/troupe.hpp>

#include "csv.hpp"
#include "utf8.hpp"

namespace troupe::file_prompts {
namespace {

std::string_view view(const rapidjson::Value& text) { return {text.GetString(), text.GetStringLength()}; }

std::string asText(const rapidjson::Value& value) {
  if (value.IsString()) return std::string(view(value));
  if (value.IsNull()) return "";
  JsonWriter json;
  json.value(value);
  return std::string(json.text());
}

std::string faultOfMessages(const rapidjson::Value& messages) {
  if (messages.Empty()) return "\"messages\" is empty";
  for (rapidjson::SizeType i = 0; i < messages.Size(); ++i) {
    const std::string where = "messages/" + std::to_string(i);
    const auto& message = messages[i];
    const auto* role = detail::find(message, "role");
    const auto* content = detail::find(message, "content");
    if (role == nullptr || !role->IsString() || content == nullptr || !content->IsString())
      return where + " is no object with the texts \"role\" and \"content\"";
    const std::string_view name = view(*role);
    if (name != "system" && name != "user" && name != "assistant")
      return where + " has the role \"" + std::string(name) + "\"; roles: system, user, assistant";
  }
  return "";
}

/// The messages with role and content only, as the port takes them.
std::string plainMessages(const rapidjson::Value& messages) {
  JsonWriter json;
  json.beginArray();
  for (const auto& message : messages.GetArray()) {
    json.beginObject().member("role", message["role"]).member("content", message["content"]).endObject();
  }
  json.endArray();
  return std::string(json.text());
}

/// True when lists and objects lie deeper in each other than this. Writing them again recurses, and the stack is
/// finite.
bool isDeeper(std::string_view json, int levels) {
  int depth = 0;
  bool in_text = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (in_text) {
      if (c == '\\') ++i;
      if (c == '"') in_text = false;
    } else if (c == '"') {
      in_text = true;
    } else if (c == '[' || c == '{') {
      if (++depth > levels) return true;
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return false;
}

std::string readJson(const Record& record, Row& row) {
  constexpr int kLevels = 64;
  if (isDeeper(record.text, kLevels)) return "nested deeper than " + std::to_string(kLevels) + " levels";
  rapidjson::Document document;
  document.Parse<rapidjson::kParseFullPrecisionFlag>(record.text.data(), record.text.size());
  if (document.HasParseError())
    return std::string("no JSON: ") + rapidjson::GetParseError_En(document.GetParseError()) + " (character " +
           std::to_string(document.GetErrorOffset() + 1) + ")";
  if (!document.IsObject()) return "not a JSON object";
  for (const auto& member : document.GetObject()) {
    const std::string_view name = view(member.name);
    if (name == "messages" && member.value.IsArray()) {
      if (auto fault = faultOfMessages(member.value); !fault.empty()) return fault;
      row.messages = plainMessages(member.value);
      row.has_system = view(member.value[0]["role"]) == "system";
    } else if (row.find(name) == nullptr) {
      row.columns.emplace_back(name, asText(member.value));
    }
  }
  return "";
}

}  // namespace

const std::string* Row::find(std::string_view column) const {
  for (const auto& [name, value] : columns) {
    if (name == column) return &value;
  }
  return nullptr;
}

std::string readRow(const Record& record, const Layout& layout, const std::vector<std::string>& header, Row& row) {
  row = Row();
  if (!record.fault.empty()) return record.fault;
  if (!isUtf8(record.text)) return "not valid UTF-8";
  if (layout.format == Format::kJsonl) return readJson(record, row);
  if (layout.format == Format::kLines) {
    row.columns.emplace_back("line", record.text);
    return "";
  }
  std::vector<std::string> fields;
  if (auto fault = splitCsv(record.text, layout.delimiter, fields); !fault.empty()) return fault;
  if (fields.size() != header.size())
    return std::to_string(fields.size()) + (fields.size() == 1 ? " field" : " fields") + " where there should be " +
           std::to_string(header.size());
  for (std::size_t i = 0; i < fields.size(); ++i) row.columns.emplace_back(header[i], std::move(fields[i]));
  return "";
}

}  // namespace troupe::file_prompts
