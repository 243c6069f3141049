#pragma once

#include <string>

#include "support/settings.hpp"

namespace troupe::ollama {

/// The options of a node, made ready for its calls.
struct Settings : providers::Settings {
  std::string url;         ///< of api/chat
  std::string models_url;  ///< of api/tags
  /// The members that every body has beside model and messages: {"keep_alive": "5m", …}.
  providers::Members members;
  /// The model's options: {"temperature": 0.7, …}.
  providers::Members options;
};

/// Throws troupe::Error for what the schema of the options cannot say.
Settings settingsOf(const Options& options);

}  // namespace troupe::ollama
