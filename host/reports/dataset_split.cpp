#include "reports/dataset_split.hpp"

#include <cmath>
#include <string>

#include "reports/dataset_line.hpp"
#include "support/sha256.hpp"

namespace troupe::reports {
namespace {

// Never changed: data sets that were split with it would mix.
constexpr auto kSalt = "troupe split 1\n";
constexpr int kDigits = 13;  // 52 bits, which a double holds exactly.

}  // namespace

bool forValidation(const rapidjson::Value& messages, double share) {
  const auto hash = sha256(kSalt + promptText(messages)).substr(0, kDigits);
  return std::ldexp(static_cast<double>(std::stoull(hash, nullptr, 16)), -4 * kDigits) < share;
}

}  // namespace troupe::reports
