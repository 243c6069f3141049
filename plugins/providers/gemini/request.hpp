#pragma once

#include <string>

#include <troupe/http.hpp>

#include "settings.hpp"
#include "support/ask.hpp"

namespace troupe::gemini {

/// The request for a prompt. A pure function: a repeated call sends the same to the byte.
HttpRequest requestFor(const Settings& settings, const providers::Ask& ask);

/// The request for a page of the list of models; "" for the first.
HttpRequest modelsRequest(const Settings& settings, const std::string& page);

}  // namespace troupe::gemini
