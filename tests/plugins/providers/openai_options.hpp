#pragma once

#include <filesystem>
#include <string>

#include "loader/manifest.hpp"
#include "openai/settings.hpp"
#include "support/temp_dir.hpp"

namespace troupe::test {

inline const loader::NodeType& openAiType() {
  static const auto manifest = [] {
    std::vector<Problem> problems;
    auto read = loader::parseManifest(readFile(TROUPE_SOURCE_DIR "/plugins/providers/openai/plugin.json"), problems);
    if (!read) throw std::runtime_error(problems.at(0).fact);
    return std::move(*read);
  }();
  return manifest.nodes.front();
}

/// Options completed with the manifest's defaults, as the host gives them; `members` is JSON without braces.
inline std::string openAiOptions(const std::string& members) {
  auto type = openAiType();
  type.example_options = R"({"model":"m-1")" + (members.empty() ? "" : "," + members) + "}";
  return loader::completedExample(type);
}

inline openai::Settings openAiSettings(const std::string& members) {
  const auto text = openAiOptions(members);
  rapidjson::Document document;
  document.Parse(text.data(), text.size());
  return openai::settingsOf(Options(document));
}

}  // namespace troupe::test
