#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace troupe::services {

/// Why a model call gave no answer: a TROUPE_E_* code and a sentence.
class ModelFailure : public std::runtime_error {
 public:
  ModelFailure(int code, const std::string& message) : std::runtime_error(message), code_(code) {}
  int code() const { return code_; }

 private:
  int code_;
};

/// The models that one call may ask: what stands behind troupe.model/1. [any thread, while the call is alive]
class ModelCalls {
 public:
  virtual ~ModelCalls() = default;
  /// Waits for the answer, a candidate as JSON. Throws ModelFailure.
  virtual std::string complete(std::string_view request) = 0;
  /// Who is cast for what, as JSON.
  virtual std::string cast() const = 0;
};

}  // namespace troupe::services
