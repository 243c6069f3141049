#include <troupe/troupe.hpp>

#include <string_view>

#include "threshold.hpp"

namespace {

class ThresholdFilter final : public troupe::Node {
 public:
  explicit ThresholdFilter(const troupe::Options& options) : min_quality_(options.number("min_quality", 8.0)) {}

  void run(troupe::Call& call) override {
    const auto verdict = troupe::threshold::check(call.fields().object("sample").number("quality"), min_quality_);
    troupe::JsonWriter json;
    json.beginObject().member("pass", verdict.pass).member("reason", std::string_view(verdict.reason)).endObject();
    call.emit("sample", json);
  }

 private:
  const double min_quality_;
};

}  // namespace

TROUPE_PLUGIN(ThresholdFilter, "troupe.filter.threshold")
