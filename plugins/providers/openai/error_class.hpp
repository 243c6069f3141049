#pragma once

#include "error_reply.hpp"

namespace troupe::openai {

/// The class (TROUPE_E_*) of an error that came with this HTTP status.
int errorClass(int status, const ErrorReply& reply);

/// The status that fits an error without one of its own, in a stream or under 200: by its code, else by the words of
/// its code or type, else 500.
int impliedStatus(const ErrorReply& reply);

}  // namespace troupe::openai
