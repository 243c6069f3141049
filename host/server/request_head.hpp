#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe::server {

/// The head of a request, read strictly (RFC 9112): what two servers might understand differently is refused.
struct RequestHead {
  std::string method;
  std::string target;
  int minor = 1;                                             ///< of HTTP/1.x
  std::vector<std::pair<std::string, std::string>> headers;  ///< names in lower case, as they came

  std::optional<std::uint64_t> content_length;
  bool chunked = false;
  bool keep_alive = true;
  bool expect_continue = false;

  /// Values of the same name joined by ", "; "" when there is none.
  std::string header(std::string_view lower_name) const;
  bool hasBody() const { return chunked || content_length.value_or(0) > 0; }
};

/// `text` ends with the empty line. Throws HttpError(400), (417), (501) or (505).
RequestHead readHead(std::string_view text);

/// ASCII letters in lower case.
std::string lowered(std::string_view text);
/// Without spaces and tabs around it.
std::string_view trimmed(std::string_view text);

}  // namespace troupe::server
