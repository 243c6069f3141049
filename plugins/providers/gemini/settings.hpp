#pragma once

#include <string>
#include <string_view>

#include "support/settings.hpp"

namespace troupe::gemini {

/// The options of a node, made ready for its calls.
struct Settings : providers::Settings {
  std::string url;         ///< of generateContent or streamGenerateContent
  std::string models_url;  ///< of models, to which a query is added
  /// The members that every body has beside contents: {"safetySettings": […], …}.
  providers::Members members;
  /// generationConfig: {"temperature": 0.7, …}.
  providers::Members config;
};

/// Throws troupe::Error for what the schema of the options cannot say.
Settings settingsOf(const Options& options);

/// "gemini-2.5-flash" -> "models/gemini-2.5-flash"; a name with a folder of its own stays.
std::string resourceOf(std::string_view model);

/// Makes a schema the format of the answer.
void setSchema(const providers::Json& schema, providers::Members& config);

}  // namespace troupe::gemini
