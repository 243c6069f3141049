#pragma once

#include <troupe/http.hpp>

#include "settings.hpp"
#include "support/ask.hpp"

namespace troupe::openai {

/// The request for a prompt. A pure function: a repeated call sends the same to the byte.
HttpRequest requestFor(const Settings& settings, const providers::Ask& ask);

/// The request for the list of models.
HttpRequest modelsRequest(const Settings& settings);

}  // namespace troupe::openai
