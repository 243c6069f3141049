#include <troupe/http.hpp>

#include "content_stream.hpp"
#include "errors.hpp"
#include "model_list.hpp"
#include "request.hpp"
#include "support/model_node.hpp"

namespace {

using namespace troupe::gemini;

/// Google's generateContent.
class Gemini final : public troupe::providers::Wire {
 public:
  explicit Gemini(const troupe::Options& options) : settings_(settingsOf(options)) {}
  const troupe::providers::Settings& settings() const override { return settings_; }

  troupe::HttpRequest request(const troupe::providers::Ask& ask) const override { return requestFor(settings_, ask); }
  Answer read(std::string_view body) const override { return readAnswer(body); }
  std::unique_ptr<troupe::providers::StreamReader> stream() const override { return std::make_unique<ContentStream>(); }
  std::string candidate(const Answer& answer) const override { return candidateOf(answer, settings_.model); }
  troupe::Error error(const troupe::HttpResponse& answer, std::int64_t now_ms) const override {
    return errorOf(answer, now_ms);
  }

  troupe::HttpRequest modelsRequest(const std::string& page) const override {
    return troupe::gemini::modelsRequest(settings_, page);
  }
  std::string readModels(std::string_view body, std::vector<troupe::providers::Model>& models) const override {
    return troupe::gemini::readModels(body, models);
  }

 private:
  const Settings settings_;
};

}  // namespace

TROUPE_PLUGIN(troupe::providers::Provider<Gemini>, "troupe.provider.gemini")
