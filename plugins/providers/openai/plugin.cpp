#include <troupe/http.hpp>

#include <algorithm>
#include <string>

#include "answer.hpp"
#include "chunks.hpp"
#include "errors.hpp"
#include "request.hpp"
#include "shown_text.hpp"

namespace {

using namespace troupe::openai;

/// Any server of OpenAI's chat completions.
class OpenAiProvider final : public troupe::Node {
 public:
  OpenAiProvider(const troupe::Options& options, troupe::Host host) : settings_(settingsOf(options)), http_(host) {}

  void run(troupe::Call& call) override {
    const troupe::Object prompt(call.in("prompt"));
    const auto request = requestFor(settings_, prompt, seedOf(call, prompt));
    ChunkReader chunks;
    const auto response = settings_.stream ? follow(call, request, chunks) : ask(call, request);
    try {
      takeAnswer(call, response, chunks);
    } catch (const troupe::Error& e) {
      throw troupe::Error(e.code(), settings_.place + ": " + e.what(), e.retryAfterMs());
    }
  }

 private:
  static std::int64_t seedOf(troupe::Call& call, const troupe::Object& prompt) {
    const auto& fields = call.fields();
    return fields.has("sample") ? fields.object("sample").integer("seed", 0) : prompt.integer("seed", 0);
  }

  troupe::HttpResponse ask(troupe::Call& call, const troupe::HttpRequest& request) const {
    std::string body;
    auto answer = http_.request(call, request, [&body](const troupe::HttpResponse& head, std::string_view piece) {
      // Only the beginning of an error is of use, and a server may send any amount.
      constexpr std::size_t kMostOfError = 65536;
      body += head.ok() ? piece : piece.substr(0, kMostOfError - std::min(kMostOfError, body.size()));
    });
    answer.body = std::move(body);
    return answer;
  }

  // The answer is in `chunks` then, or in the body when the server does not stream.
  troupe::HttpResponse follow(troupe::Call& call, const troupe::HttpRequest& request, ChunkReader& chunks) const {
    return http_.events(call, request, [&](const auto&, std::string_view, std::string_view data) {
      try {
        if (const auto text = chunks.take(data); !text.empty()) call.delta("candidate", text);
      } catch (const troupe::Error& e) {
        tellUsage(call, chunks.answer());
        throw troupe::Error(e.code(), settings_.place + ": " + e.what(), e.retryAfterMs());
      }
    });
  }

  static void tellUsage(troupe::Call& call, const Answer& answer) {
    if (answer.usage.input && answer.usage.output) call.usage(*answer.usage.input, *answer.usage.output);
  }

  void takeAnswer(troupe::Call& call, const troupe::HttpResponse& response, const ChunkReader& chunks) const {
    if (!response.ok()) throw errorOf(response, call.unixMs());
    if (chunks.begun() || response.header("content-type").substr(0, 17) == "text/event-stream") {
      tellUsage(call, chunks.answer());
      return call.emit("candidate", candidateOf(chunks.finish(), settings_.model));
    }
    if (isHtml(response.body))
      throw troupe::Error(TROUPE_E_MALFORMED, "answered " + std::to_string(response.status) +
                                                  " with a page instead of JSON: " +
                                                  shownText(htmlWords(response.body)) + "; is base_url right?");
    const auto answer = readAnswer(response.body);
    tellUsage(call, answer);
    call.emit("candidate", candidateOf(answer, settings_.model));
  }

  const Settings settings_;
  const troupe::Http http_;
};

}  // namespace

TROUPE_PLUGIN(OpenAiProvider, "troupe.provider.openai")
