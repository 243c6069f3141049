#pragma once

#include <stdexcept>
#include <string>

#include <troupe/troupe.hpp>

#include "loader/manifest.hpp"
#include "support/temp_dir.hpp"

namespace troupe::test {

/// The node type of a bundled provider, by its folder.
inline loader::NodeType providerType(const std::string& provider) {
  std::vector<Problem> problems;
  auto read =
      loader::parseManifest(readFile(TROUPE_SOURCE_DIR "/plugins/providers/" + provider + "/plugin.json"), problems);
  if (!read) throw std::runtime_error(problems.at(0).fact);
  return std::move(read->nodes.front());
}

/// Options completed with the manifest's defaults, as the host gives them; `members` is JSON without braces.
inline std::string providerOptions(const std::string& provider, const std::string& members) {
  auto type = providerType(provider);
  type.example_options = R"({"model":"m-1")" + (members.empty() ? "" : "," + members) + "}";
  return loader::completedExample(type);
}

/// The sentence with which options are refused, or "accepted".
template <typename SettingsOf>
std::string refusalOf(SettingsOf settings_of, const std::string& options) {
  rapidjson::Document document;
  document.Parse(options.data(), options.size());
  try {
    settings_of(Options(document));
  } catch (const Error& e) {
    return e.what();
  }
  return "accepted";
}

/// What a function throws.
struct Failed {
  int code = TROUPE_OK;
  std::string message;
  std::int64_t retry_after_ms = -1;
};
template <typename Fn>
Failed failureOf(Fn fn) {
  try {
    fn();
  } catch (const Error& e) {
    return {e.code(), e.what(), e.retryAfterMs()};
  }
  return {};
}

}  // namespace troupe::test
