#include "config/json_format.hpp"

#include "support/json_text.hpp"

namespace troupe::config {
namespace {

constexpr std::size_t kWidth = 110;

bool empty(const rapidjson::Value& value) {
  return (value.IsObject() && value.ObjectEmpty()) || (value.IsArray() && value.Empty());
}

// Calls `use` with the name as it is written ("" in an array) and the value of each member.
template <typename Use>
void eachMember(const rapidjson::Value& value, Use use) {
  if (value.IsArray())
    for (const auto& item : value.GetArray()) use(std::string(), item);
  else
    for (const auto& member : value.GetObject()) use(toJson(member.name) + ": ", member.value);
}

// False once it is longer than `room`.
bool oneLine(const rapidjson::Value& value, std::size_t room, std::string& out) {
  if (!value.IsObject() && !value.IsArray()) {
    out += toJson(value);
  } else if (empty(value)) {
    out += value.IsObject() ? "{}" : "[]";
  } else {
    bool fits = true;
    bool first = true;
    out += value.IsObject() ? "{ " : "[";
    eachMember(value, [&](const std::string& name, const rapidjson::Value& item) {
      if (!fits) return;
      out += (first ? "" : ", ") + name;
      first = false;
      fits = oneLine(item, room, out);
    });
    out += value.IsObject() ? " }" : "]";
    return fits && out.size() <= room;
  }
  return out.size() <= room;
}

void format(const rapidjson::Value& value, const std::string& indent, std::string_view eol, std::string& out) {
  std::string line;
  if ((!value.IsObject() && !value.IsArray()) || empty(value) ||
      oneLine(value, kWidth > indent.size() ? kWidth - indent.size() : 0, line)) {
    if (line.empty()) oneLine(value, 0, line);
    out += line;
    return;
  }
  const auto deeper = indent + "  ";
  bool first = true;
  out += value.IsObject() ? '{' : '[';
  eachMember(value, [&](const std::string& name, const rapidjson::Value& item) {
    if (!first) out += ',';
    first = false;
    out.append(eol).append(deeper).append(name);
    format(item, deeper, eol, out);
  });
  out.append(eol).append(indent) += value.IsObject() ? '}' : ']';
}

}  // namespace

std::string formatJson(const rapidjson::Value& value, std::string_view indent, std::string_view eol) {
  std::string out;
  format(value, std::string(indent), eol, out);
  return out;
}

}  // namespace troupe::config
