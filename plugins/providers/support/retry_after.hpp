#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include <troupe/http.hpp>

namespace troupe::providers {

/// A number of seconds: "7", "1.5".
std::optional<std::int64_t> secondsMs(std::string_view text);

/// A date as HTTP writes it, "Sun, 06 Nov 1994 08:49:37 GMT", in milliseconds since 1970.
std::optional<std::int64_t> httpDateMs(std::string_view text);

/// A time by RFC 3339, "2025-01-01T00:01:00Z", with a fraction or an offset too, in milliseconds since 1970.
std::optional<std::int64_t> rfc3339Ms(std::string_view text);

/// The duration that a text begins with: "5.289s", "2m3.5s", "6m 11s", "850ms".
std::optional<std::int64_t> durationMs(std::string_view text);

/// How long an answer asks to wait: its header retry-after-ms, else Retry-After as seconds or as a date, which counts
/// from `now_ms`.
std::optional<std::int64_t> retryAfterMs(const HttpResponse& answer, std::int64_t now_ms);

}  // namespace troupe::providers
