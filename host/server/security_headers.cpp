#include "server/security_headers.hpp"

namespace troupe::server {

SecurityHeaders securityHeaders(std::string_view path, const std::vector<std::string>& frame_ancestors) {
  const bool embedded = path.substr(0, 7) == "/embed/" && !frame_ancestors.empty();
  std::string ancestors = "frame-ancestors";
  if (embedded)
    for (const auto& origin : frame_ancestors) ancestors += ' ' + origin;
  else
    ancestors += " 'none'";

  SecurityHeaders headers;
  headers.html_policy =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src "
      "'self'; base-uri 'none'; "
      "form-action 'self'; " +
      ancestors;
  headers.common = {{"Content-Security-Policy", "default-src 'none'; " + ancestors},
                    {"X-Content-Type-Options", "nosniff"},
                    {"Referrer-Policy", "no-referrer"},
                    {"Cache-Control", "no-store"}};
  if (!embedded) headers.common.emplace_back("X-Frame-Options", "DENY");
  return headers;
}

}  // namespace troupe::server
