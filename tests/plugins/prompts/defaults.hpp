#pragma once

#include <string>
#include <string_view>

#include <troupe/troupe.hpp>

namespace troupe::test {

/// The options of a node type completed with the defaults of its manifest, as the host does it.
inline std::string withDefaults(std::string_view manifest, const std::string& options) {
  rapidjson::Document plugin;
  plugin.Parse(manifest.data(), manifest.size());
  rapidjson::Document out;
  out.Parse(options.c_str());
  if (plugin.HasParseError() || out.HasParseError()) throw std::runtime_error("no JSON: " + options);
  const rapidjson::Value& properties = plugin["nodes"][0]["options"]["properties"];
  for (const auto& property : properties.GetObject()) {
    if (!property.value.HasMember("default") || out.HasMember(property.name)) continue;
    out.AddMember(rapidjson::Value(property.name, out.GetAllocator()),
                  rapidjson::Value(property.value["default"], out.GetAllocator()), out.GetAllocator());
  }
  JsonWriter json;
  json.value(out);
  return std::string(json.text());
}

}  // namespace troupe::test
