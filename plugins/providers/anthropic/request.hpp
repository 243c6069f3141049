#pragma once

#include <string>

#include <troupe/http.hpp>

#include "settings.hpp"
#include "support/ask.hpp"

namespace troupe::anthropic {

/// The request for a prompt. A pure function: a repeated call sends the same to the byte.
HttpRequest requestFor(const Settings& settings, const providers::Ask& ask);

/// The request for the list of models behind the one with this id; "" for the first page.
HttpRequest modelsRequest(const Settings& settings, const std::string& after);

}  // namespace troupe::anthropic
