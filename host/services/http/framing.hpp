#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "services/http/message.hpp"

namespace troupe::services {

/// Turns the body of an answer into the parts that a plugin has asked for, however the bytes are cut.
class Framing {
 public:
  using OnPart = std::function<int(std::uint32_t part, std::string_view bytes)>;
  virtual ~Framing() = default;
  /// Returns what `on_part` returned when that was not 0. Throws HttpFailure when a part is larger than 16 MiB.
  virtual int take(std::string_view piece, const OnPart& on_part) = 0;
  /// The body is over.
  virtual int end(const OnPart& on_part) = 0;
};

/// What is not as it was asked for (an error of the server, a page of a proxy) comes as a body.
std::unique_ptr<Framing> framingFor(HttpMode mode, const HttpHead& head);

}  // namespace troupe::services
