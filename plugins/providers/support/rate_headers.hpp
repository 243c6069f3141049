#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <troupe/http.hpp>

namespace troupe::providers {

/// What an answer's headers tell of the service's limits: x-ratelimit-* as OpenAI, Groq and Cerebras have them, and
/// anthropic-ratelimit-*. `url` is where the answer comes from: what Groq calls "requests" is per day. A reset that is
/// a time counts from `now_ms`.
std::vector<RateLimit> rateLimits(const HttpResponse& answer, std::string_view url, std::int64_t now_ms);

}  // namespace troupe::providers
