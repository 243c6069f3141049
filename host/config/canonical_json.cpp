#include "config/canonical_json.hpp"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <string_view>
#include <vector>

namespace troupe::config {
namespace {

using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

void write(const rapidjson::Value& value, Writer& writer) {
  if (value.IsArray()) {
    writer.StartArray();
    for (const auto& element : value.GetArray()) write(element, writer);
    writer.EndArray();
  } else if (value.IsObject()) {
    using Member = rapidjson::Value::Member;
    std::vector<const Member*> members;
    for (const auto& member : value.GetObject()) members.push_back(&member);
    const auto name = [](const Member* m) { return std::string_view(m->name.GetString(), m->name.GetStringLength()); };
    std::sort(members.begin(), members.end(), [&](const Member* a, const Member* b) { return name(a) < name(b); });
    writer.StartObject();
    for (const auto* member : members) {
      writer.Key(member->name.GetString(), member->name.GetStringLength());
      write(member->value, writer);
    }
    writer.EndObject();
  } else {
    value.Accept(writer);
  }
}

}  // namespace

std::string canonicalJson(const rapidjson::Value& value) {
  rapidjson::StringBuffer buffer;
  Writer writer(buffer);
  write(value, writer);
  return {buffer.GetString(), buffer.GetSize()};
}

}  // namespace troupe::config
