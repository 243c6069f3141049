#pragma once

#include <memory>

#include "services/http/message.hpp"
#include "services/http/response_pipe.hpp"

namespace troupe::services {

/// What sends requests: the network (HttpLoop), or a recording of it.
class HttpTransport {
 public:
  virtual ~HttpTransport() = default;
  /// Begins a request, without waiting for anything. [any thread, like wake()]
  virtual std::shared_ptr<ResponsePipe> start(HttpOutgoing request) = 0;
  /// Looks at a pipe again: it has room, or has been given up.
  virtual void wake(const std::shared_ptr<ResponsePipe>& pipe) = 0;
};

}  // namespace troupe::services
