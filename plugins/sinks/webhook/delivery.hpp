#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <troupe/http.hpp>

namespace troupe::webhook {

enum class Format { troupe, slack, discord };

struct Settings {
  std::string url;
  std::set<std::string> events;  ///< names as in the options: "complete", "paused", …
  Format format = Format::troupe;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string secret;  ///< "${secret:NAME}" to sign with; empty: unsigned
  std::int64_t timeout_ms = 10000;
};

Settings settingsOf(const Options& options);

/// The request that tells of an event. A pure function: a repeated delivery is the same to the byte.
HttpRequest deliveryOf(const Settings& settings, const Object& event);

/// What the receiver's answer means: returns when it has taken the event, else throws troupe::Error with the class.
void checkAnswer(const HttpResponse& answer);

}  // namespace troupe::webhook
