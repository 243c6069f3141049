#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace troupe::pipeline {

/// Why a call gave nothing: a class of error (TROUPE_E_*), a sentence, and what the service asked for.
struct FailureInfo {
  int code = 0;
  std::string message;
  std::int64_t retry_after_ms = -1;
  bool in_vain = false;  ///< what it rests on has been repeated enough: another attempt would not help
};

/// "transient", "auth", …: the word for a TROUPE_E_* code.
std::string_view codeName(int code);

}  // namespace troupe::pipeline
