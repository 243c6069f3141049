#pragma once

#include <string>
#include <vector>

#include "server/exchange.hpp"

namespace troupe::server {

/// What every answer carries to keep browsers from being used against it.
struct SecurityHeaders {
  Headers common;           ///< with the Content-Security-Policy of answers that are no HTML
  std::string html_policy;  ///< Content-Security-Policy of HTML
};

/// Pages below /embed/ may be shown in frames of `frame_ancestors`; all others in none.
SecurityHeaders securityHeaders(std::string_view path, const std::vector<std::string>& frame_ancestors);

}  // namespace troupe::server
