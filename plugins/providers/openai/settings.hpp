#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <troupe/troupe.hpp>

namespace troupe::openai {

/// The options of a node, made ready for its calls.
struct Settings {
  std::string url;    ///< of chat/completions
  std::string place;  ///< "gpt-4o at api.openai.com", for messages
  std::string model;
  std::string api_key;  ///< "${secret:NAME}", or empty
  std::vector<std::pair<std::string, std::string>> headers;
  std::string system;
  bool seed = true;
  bool stream = false;
  /// The members that every body has beside model and messages: {"temperature": 0.7, …}.
  std::shared_ptr<const rapidjson::Document> members;
};

/// Throws troupe::Error for what the schema of the options cannot say.
Settings settingsOf(const Options& options);

/// "https://host/v1/" -> "https://host/v1/chat/completions". A query stays at the end.
std::string endpointOf(std::string_view base_url);

/// Host and port of an address.
std::string_view authorityOf(std::string_view url);

}  // namespace troupe::openai
