#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "pipeline/call.hpp"
#include "pipeline/values.hpp"

/// What the two halves of SampleFlow share.
namespace troupe::pipeline {

inline std::size_t at(int position) { return static_cast<std::size_t>(position); }

/// The one value that a node of this kind has to emit; `what` it is.
inline const std::string& single(const Call::Result& result, std::string_view what) {
  if (result.values.size() != 1)
    throw BadValue("emitted " + std::to_string(result.values.size()) + " values where one " + std::string(what) +
                   " is due");
  return result.values.front().json;
}

/// "wren: transient: the network is down"
inline std::string describe(const std::string& node, const FailureInfo& failure) {
  return node + ": " + std::string(codeName(failure.code)) + ": " + failure.message;
}

}  // namespace troupe::pipeline
