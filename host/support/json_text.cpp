#include "support/json_text.hpp"

#include <rapidjson/error/en.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <set>

namespace troupe {
namespace {

// Deepest nesting of brackets outside strings; exact for valid JSON, good enough to refuse the rest before it is
// parsed.
int depthOf(std::string_view text) {
  int depth = 0;
  int deepest = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') {
        ++i;
      } else if (c == '"') {
        in_string = false;
      }
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      deepest = std::max(deepest, ++depth);
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return deepest;
}

void findDoubledKeys(const rapidjson::Value& value, const std::string& pointer, std::vector<Problem>& problems) {
  if (value.IsArray()) {
    for (rapidjson::SizeType i = 0; i < value.Size(); ++i)
      if (value[i].IsObject() || value[i].IsArray())
        findDoubledKeys(value[i], pointerTo(pointer, std::to_string(i)), problems);
  } else if (value.IsObject()) {
    std::set<std::string_view> seen;
    for (const auto& member : value.GetObject()) {
      const std::string_view key(member.name.GetString(), member.name.GetStringLength());
      if (!seen.insert(key).second)
        problems.push_back({pointer, 0, 0, "key " + quoted(key) + " is there twice", "keep one of them"});
      if (member.value.IsObject() || member.value.IsArray())
        findDoubledKeys(member.value, pointerTo(pointer, key), problems);
    }
  }
}

}  // namespace

std::optional<rapidjson::Document> parseJson(std::string_view text, std::vector<Problem>& problems) {
  if (text.size() > kMaxJsonBytes) {
    problems.push_back(
        {"", 0, 0, "it has " + std::to_string(text.size()) + " bytes, more than the limit of 16 MiB", ""});
    return std::nullopt;
  }
  if (depthOf(text) > kMaxJsonDepth) {
    problems.push_back(
        {"", 0, 0, "it is nested deeper than the limit of " + std::to_string(kMaxJsonDepth) + " levels", ""});
    return std::nullopt;
  }
  rapidjson::Document document;
  constexpr unsigned kFlags =
      rapidjson::kParseIterativeFlag | rapidjson::kParseFullPrecisionFlag | rapidjson::kParseValidateEncodingFlag;
  document.Parse<kFlags>(text.data() != nullptr ? text.data() : "", text.size());
  if (document.HasParseError()) {
    const auto before = text.substr(0, std::min(document.GetErrorOffset(), text.size()));
    const auto line_start = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
    const auto line = static_cast<int>(std::count(before.begin(), before.end(), '\n')) + 1;
    const auto column = static_cast<int>(std::count_if(before.begin() + static_cast<std::ptrdiff_t>(line_start),
                                                       before.end(), [](char c) { return (c & 0xC0) != 0x80; })) +
                        1;
    problems.push_back(
        {"", line, column, std::string("it is no JSON: ") + rapidjson::GetParseError_En(document.GetParseError()), ""});
    return std::nullopt;
  }
  const auto count = problems.size();
  findDoubledKeys(document, "", problems);
  if (problems.size() != count) return std::nullopt;
  return document;
}

bool withinDepth(const rapidjson::Value& value, int limit) {
  if (value.IsArray()) {
    if (limit == 0) return false;
    return std::all_of(value.Begin(), value.End(), [&](const auto& item) { return withinDepth(item, limit - 1); });
  }
  if (value.IsObject()) {
    if (limit == 0) return false;
    return std::all_of(value.MemberBegin(), value.MemberEnd(),
                       [&](const auto& member) { return withinDepth(member.value, limit - 1); });
  }
  return true;
}

std::string toJson(const rapidjson::Value& value) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  value.Accept(writer);
  return {buffer.GetString(), buffer.GetSize()};
}

std::string pointerTo(const std::string& pointer, std::string_view token) {
  std::string out = pointer + "/";
  for (const char c : token) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out += c;
    }
  }
  return out;
}

std::string quoted(std::string_view text, std::size_t limit) {
  std::string out = "\"";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (i >= limit && (c & 0xC0) != 0x80) return out + "…\"";
    if (c == '\n') {
      out += "\\n";
    } else if (c < 0x20 || c == 0x7F) {
      constexpr char kHex[] = "0123456789abcdef";
      out += {'\\', 'x', kHex[c >> 4U], kHex[c & 15U]};
    } else {
      out += text[i];
    }
  }
  return out + "\"";
}

}  // namespace troupe
