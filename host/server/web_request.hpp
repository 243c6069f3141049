#pragma once

#include <string>

#include "server/exchange.hpp"
#include "server/web_calls.hpp"

namespace troupe::server {

/// The input {"request": …} (troupe:request/1) of an exchange; `pattern` is its route's. Cookies and authorization are
/// left out.
std::string webRequestInput(Exchange& exchange, const std::string& pattern);

/// Answers with what the node emitted. Throws HttpError for a failure, and when it is not exactly one
/// troupe:response/1.
void answerWebRequest(Exchange& exchange, pipeline::Call::Result result);

}  // namespace troupe::server
