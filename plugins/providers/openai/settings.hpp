#pragma once

#include <string>
#include <string_view>

#include "support/settings.hpp"

namespace troupe::openai {

/// The options of a node, made ready for its calls.
struct Settings : providers::Settings {
  std::string url;         ///< of chat/completions
  std::string models_url;  ///< of models
  const char* tokens_field = "max_tokens";
  /// The members that every body has beside model and messages: {"temperature": 0.7, …}.
  providers::Members members;
};

/// Throws troupe::Error for what the schema of the options cannot say.
Settings settingsOf(const Options& options);

/// "https://host/v1/" -> "https://host/v1/chat/completions". A query stays at the end.
std::string endpointOf(std::string_view base_url);

/// Makes a schema the format of the answer.
void setSchema(const providers::Json& schema, providers::Members& members);

}  // namespace troupe::openai
