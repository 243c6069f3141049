#include "support/model_node.hpp"

#include <algorithm>

#include "support/rate_headers.hpp"
#include "support/shown_text.hpp"

namespace troupe::providers {
namespace {

constexpr std::size_t kMostOfError = 65536;  // Only the beginning of an error is of use, and a server may send any.
constexpr int kMostPages = 100;

std::int64_t sampleSeed(Call& call, const Object& prompt) {
  const auto& fields = call.fields();
  return fields.has("sample") ? fields.object("sample").integer("seed", 0) : prompt.integer("seed", 0);
}

Ask askOf(Call& call, const Settings& settings) {
  Ask ask{Object(call.in("prompt"))};
  if (call.fields().has("params")) ask.params = Params(call.in("params"), settings.leave_out);
  const auto* seed = ask.params.find("seed");
  ask.seed = seed != nullptr ? seed->GetInt64() : sampleSeed(call, ask.prompt);
  return ask;
}

void tellUsage(Call& call, const Usage& usage) {
  if (usage.input && usage.output) call.usage(*usage.input, *usage.output);
}

void refusePage(const HttpResponse& response) {
  if (!isHtml(response.body)) return;
  throw Error(TROUPE_E_MALFORMED, "answered " + std::to_string(response.status) + " with a page instead of JSON: " +
                                      shownText(htmlWords(response.body)) + "; is base_url right?");
}

bool isStream(const HttpResponse& response) {
  const auto type = response.header("content-type");
  return type.substr(0, 17) == "text/event-stream" || type.substr(0, 20) == "application/x-ndjson";
}

Error at(std::string_view place, const Error& e) {
  return Error(e.code(), std::string(place) + ": " + e.what(), e.retryAfterMs());
}

// Reports the limits that the head of an answer tells, once: a reset counts from then.
class RateReport {
 public:
  RateReport(Call& call, const HttpRequest& request) : call_(call), url_(request.url) {}
  void head(const HttpResponse& head) {
    if (std::exchange(told_, true)) return;
    call_.rate(rateLimits(head, url_, call_.unixMs()));
  }

 private:
  Call& call_;
  const std::string& url_;
  bool told_ = false;
};

}  // namespace

void ModelNode::run(Call& call) {
  const auto list = call.fields().text("list", "");
  if (list.empty()) return answer(call);
  if (list != "models") throw Error(TROUPE_E_UNSUPPORTED, "there is no list of " + list + ", only of models");
  listModels(call);
}

void ModelNode::answer(Call& call) const {
  const auto request = wire_->request(askOf(call, wire_->settings()));
  const auto stream = wire_->stream();
  const auto response = wire_->settings().stream ? follow(call, request, *stream) : ask(call, request);
  try {
    takeAnswer(call, response, *stream);
  } catch (const Error& e) {
    throw at(place(), e);
  }
}

void ModelNode::takeAnswer(Call& call, const HttpResponse& response, const StreamReader& stream) const {
  if (!response.ok()) throw wire_->error(response, call.unixMs());
  if (stream.begun() || isStream(response)) {
    tellUsage(call, stream.answer().usage);
    return call.emit("candidate", wire_->candidate(stream.finish()));
  }
  refusePage(response);
  const auto answer = wire_->read(response.body);
  tellUsage(call, answer.usage);
  call.emit("candidate", wire_->candidate(answer));
}

HttpResponse ModelNode::ask(Call& call, const HttpRequest& request) const {
  RateReport rate(call, request);
  std::string body;
  auto answer = http_.request(call, request, [&](const HttpResponse& head, std::string_view piece) {
    rate.head(head);
    body += head.ok() ? piece : piece.substr(0, kMostOfError - std::min(kMostOfError, body.size()));
  });
  rate.head(answer);
  answer.body = std::move(body);
  return answer;
}

// The answer is in `stream` then, or in the body when the server does not stream.
HttpResponse ModelNode::follow(Call& call, const HttpRequest& request, StreamReader& stream) const {
  RateReport rate(call, request);
  std::string page;
  const auto take = [&](const HttpResponse& head, std::string_view data) {
    rate.head(head);
    try {
      if (const auto text = stream.take(data); !text.empty()) call.delta("candidate", text);
    } catch (const Error& e) {
      tellUsage(call, stream.answer().usage);
      throw at(place(), e);
    }
  };
  HttpResponse answer;
  if (wire_->framing() == Wire::Framing::events) {
    answer = http_.events(call, request,
                          [&](const auto& head, std::string_view, std::string_view data) { take(head, data); });
  } else {
    answer = http_.lines(call, request, [&](const auto& head, std::string_view line) {
      if (!page.empty() || (!stream.begun() && isHtml(line)))
        page.append(line.substr(0, kMostOfError - std::min(kMostOfError, page.size()))).append(" ");
      else if (!isBlank(line))
        take(head, line);
    });
    if (!page.empty()) answer.body = std::move(page);
  }
  rate.head(answer);
  return answer;
}

void ModelNode::listModels(Call& call) const {
  std::vector<Model> models;
  std::string page;
  for (int pages = 0; pages < kMostPages; ++pages) {
    const auto response = ask(call, wire_->modelsRequest(page));
    try {
      if (response.status == 404 || response.status == 405 || response.status == 501)
        throw Error(TROUPE_E_UNSUPPORTED,
                    "the server has no list of models (answered " + std::to_string(response.status) + ")");
      if (!response.ok()) throw wire_->error(response, call.unixMs());
      refusePage(response);
      auto next = wire_->readModels(response.body, models);
      if (next.empty() || next == page) return call.emit("models", modelsJson(models));
      page = std::move(next);
    } catch (const Error& e) {
      throw at(place(), e);
    }
  }
  throw at(place(), Error(TROUPE_E_MALFORMED,
                          "the list of models has no end: more than " + std::to_string(kMostPages) + " pages"));
}

}  // namespace troupe::providers
