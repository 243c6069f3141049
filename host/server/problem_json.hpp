#pragma once

#include <string>

#include "server/exchange.hpp"

namespace troupe::server {

/// "Not Found"; "" for a status that nobody knows.
std::string_view reasonPhrase(int status);

/// RFC 9457: {type, title, status, detail, instance, errors?}.
std::string problemJson(const HttpError& error, std::string_view instance);

/// What a client is told of an exception that a handler threw: Problems is 422 with every mistake, Failure by its code,
/// HttpError itself, anything else 500 without what it says.
HttpError toHttpError(const std::exception& error);

}  // namespace troupe::server
