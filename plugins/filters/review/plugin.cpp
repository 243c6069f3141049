#include <troupe/troupe.hpp>

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "review.hpp"

namespace {

troupe::review::Bounds readBounds(const troupe::Options& options) {
  troupe::review::Bounds out;
  if (options.has("above")) out.above = options.number("above");
  if (options.has("below")) out.below = options.number("below");
  if (out.above && out.below && *out.above >= *out.below) {
    throw troupe::Error(TROUPE_E_PERMANENT_REQUEST, "above is not less than below, so no sample would ever be held");
  }
  return out;
}

/// Keeps samples until a person decides, or the deadline passes.
class ReviewFilter final : public troupe::Node {
 public:
  explicit ReviewFilter(const troupe::Options& options)
      : bounds_(readBounds(options)),
        until_s_(options.number("until_s", 0)),
        pass_by_default_(options.text("default", "pass") == "pass"),
        why_(options.text("why", "a person should look at it")) {}

  void run(troupe::Call& call) override {
    const auto sample = call.fields().object("sample");
    const double quality = sample.number("quality", std::numeric_limits<double>::quiet_NaN());
    if (troupe::review::isDoubtful(quality, bounds_)) {
      call.hold("sample", deadline(call), pass_by_default_, why_);
      return;
    }
    troupe::JsonWriter json;
    json.beginObject().member("pass", true).member("reason", "the quality is outside of what is reviewed").endObject();
    call.emit("sample", json);
  }

 private:
  /// In milliseconds since 1970; -1 for none.
  std::int64_t deadline(troupe::Call& call) const {
    if (until_s_ <= 0) return -1;
    return call.unixMs() + static_cast<std::int64_t>(until_s_ * 1000);
  }

  const troupe::review::Bounds bounds_;
  const double until_s_;
  const bool pass_by_default_;
  const std::string why_;
};

}  // namespace

TROUPE_PLUGIN(ReviewFilter, "troupe.filter.review")
