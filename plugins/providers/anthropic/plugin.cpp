#include <troupe/http.hpp>

#include "errors.hpp"
#include "message_stream.hpp"
#include "model_list.hpp"
#include "request.hpp"
#include "support/model_node.hpp"

namespace {

using namespace troupe::anthropic;

/// Anthropic's Messages API.
class Anthropic final : public troupe::providers::Wire {
 public:
  explicit Anthropic(const troupe::Options& options) : settings_(settingsOf(options)) {}
  const troupe::providers::Settings& settings() const override { return settings_; }

  troupe::HttpRequest request(const troupe::providers::Ask& ask) const override { return requestFor(settings_, ask); }
  Answer read(std::string_view body) const override { return readAnswer(body); }
  std::unique_ptr<troupe::providers::StreamReader> stream() const override { return std::make_unique<MessageStream>(); }
  std::string candidate(const Answer& answer) const override { return candidateOf(answer, settings_.model); }
  troupe::Error error(const troupe::HttpResponse& answer, std::int64_t now_ms) const override {
    return errorOf(answer, now_ms);
  }

  troupe::HttpRequest modelsRequest(const std::string& page) const override {
    return troupe::anthropic::modelsRequest(settings_, page);
  }
  std::string readModels(std::string_view body, std::vector<troupe::providers::Model>& models) const override {
    return troupe::anthropic::readModels(body, models);
  }

 private:
  const Settings settings_;
};

}  // namespace

TROUPE_PLUGIN(troupe::providers::Provider<Anthropic>, "troupe.provider.anthropic")
