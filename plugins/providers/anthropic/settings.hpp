#pragma once

#include <cstdint>
#include <string>

#include "support/settings.hpp"

namespace troupe::anthropic {

/// The options of a node, made ready for its calls.
struct Settings : providers::Settings {
  std::string url;         ///< of messages
  std::string models_url;  ///< of models, to which a query is added
  std::string version;     ///< anthropic-version
  std::int64_t thinking_budget = 0;
  bool thinks = false;
  /// The members that every body has beside model, messages and system: {"max_tokens": 1024, …}.
  providers::Members members;
};

/// Throws troupe::Error for what the schema of the options cannot say.
Settings settingsOf(const Options& options);

/// Makes a schema the format of the answer, beside what else output_config says.
void setSchema(const providers::Json& schema, providers::Members& members);

}  // namespace troupe::anthropic
