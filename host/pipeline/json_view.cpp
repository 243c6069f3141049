#include "pipeline/json_view.hpp"

#include <rapidjson/document.h>
#include <troupe/json_scan.hpp>

#include <charconv>

namespace troupe::pipeline {

std::string JsonView::text() const {
  if (json_.find('\\') == std::string_view::npos) return std::string(json_.substr(1, json_.size() - 2));
  rapidjson::Document document;
  document.Parse(json_.data(), json_.size());
  return document.IsString() ? std::string(document.GetString(), document.GetStringLength()) : std::string();
}

double JsonView::number() const {
  double value = 0;
  std::from_chars(json_.data(), json_.data() + json_.size(), value);
  return value;
}

std::vector<JsonView> JsonView::elements() const {
  std::vector<JsonView> elements;
  scanArray(json_, [&](std::string_view value) { elements.emplace_back(value); });
  return elements;
}

JsonMembers::JsonMembers(JsonView object) {
  members_.reserve(12);  // What a sample has.
  scanObject(object.json(), [&](std::string_view name, std::string_view value) {
    members_.push_back({name, JsonView(value)});
  });
}

JsonView JsonMembers::at(std::string_view name) const {
  for (const auto& member : members_)
    if (member.name == name) return member.value;
  return {};
}

}  // namespace troupe::pipeline
