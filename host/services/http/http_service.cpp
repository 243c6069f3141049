#include "services/http/http_service.hpp"

#include <troupe/ext/http.h>

#include <stdexcept>
#include <utility>

#include "services/http/framing.hpp"
#include "services/http/secret_text.hpp"
#include "services/http/url.hpp"
#include "support/json_text.hpp"
#include "support/sha256.hpp"

namespace troupe::services {
namespace {

// Throws when the host is not one of the node's. `named`: the host stands in the request as the plugin wrote it, so
// that it may be shown.
void checkHost(const NodeNetwork& node, const SecretText& secrets, const std::string& host, bool named) {
  if (!namesHost(node.hosts, host) && !(!named && secrets.bindsTo(host))) {
    if (!named)
      throw HttpFailure(TROUPE_E_PERMANENT_REQUEST,
                        "the address is a secret whose host this node may not speak to; name the host in the secret's "
                        "\"hosts\" in the secrets file");
    throw HttpFailure(
        TROUPE_E_PERMANENT_REQUEST,
        "host " + troupe::quoted(host) +
            " is not one that this node may speak to; name it in an option of the node that takes an address, or " +
            "in capabilities.net of the plugin's manifest");
  }
  secrets.checkHost(host);
}

// Puts in what the plugin must not see: secrets and signatures.
HttpOutgoing prepare(const NodeNetwork& node, const HttpRequest& request, SecretText& secrets) {
  HttpOutgoing out;
  Url url;
  try {
    url = parseUrl(secrets.insert(request.url));
  } catch (const std::invalid_argument& e) {
    throw HttpFailure(TROUPE_E_PERMANENT_REQUEST, std::string("the request: ") + e.what());
  }
  // A host that only a secret names is not told.
  const bool named = urlHost(request.url) == url.host;
  for (const auto& header : request.headers) {
    auto value = secrets.insert(header.second);
    checkHeader(header.first, value);
    out.headers.emplace_back(header.first, std::move(value));
  }
  for (const auto& signature : request.sign)
    out.headers.emplace_back(signature.header,
                             signature.prefix + hmacSha256(secrets.insert(signature.secret), request.body));
  checkHost(node, secrets, url.host, named);
  out.place = request.method + " " + (named ? url.host : "(secret address)");
  out.method = request.method;
  out.url = std::move(url.text);
  out.body = request.body;
  out.has_body = request.has_body;
  out.timeout = request.timeout;
  out.public_only = node.public_only && !namesHost(node.private_hosts, url.host);
  return out;
}

// The reader's end of a pipe: when it goes, the transport stops.
class Reading {
 public:
  Reading(HttpLoop& transport, std::shared_ptr<ResponsePipe> pipe, CallContext& call)
      : transport_(transport), pipe_(std::move(pipe)), hook_(call, [pipe = pipe_] { pipe->giveUp(); }) {}
  ~Reading() {
    if (pipe_->giveUp()) transport_.wake(pipe_);
  }
  Reading(const Reading&) = delete;
  Reading& operator=(const Reading&) = delete;

  std::optional<ResponsePipe::Part> next(std::chrono::milliseconds limit) {
    auto part = pipe_->next(limit);
    if (pipe_->roomWanted()) transport_.wake(pipe_);
    return part;
  }

 private:
  HttpLoop& transport_;
  const std::shared_ptr<ResponsePipe> pipe_;
  const CancelHook hook_;
};

}  // namespace

HttpService::HttpService(HttpOptions options, std::unique_ptr<Recorder> recorder)
    : options_(std::move(options)), recorder_(std::move(recorder)) {}
HttpService::HttpService(std::unique_ptr<Replay> replay) : replay_(std::move(replay)) {}
HttpService::~HttpService() = default;

HttpLoop& HttpService::loop() {
  std::call_once(begun_, [this] { loop_ = std::make_unique<HttpLoop>(options_); });
  return *loop_;
}

int HttpService::fetch(const NodeNetwork& node, CallContext& call, std::string_view request_json,
                       const OnPart& on_part) {
  const auto request = readHttpRequest(request_json);
  if (replay_) return replay(call, request, on_part);
  SecretText secrets(node.secrets.get());
  auto outgoing = prepare(node, request, secrets);
  const auto place = outgoing.place;
  Exchange exchange;
  const auto keep = [&] {
    if (recorder_) recorder_->add(exchangeKey(request, call.identity()), request, exchange);
  };
  auto& network = loop();
  try {
    Reading answer(network, network.start(std::move(outgoing)), call);
    std::unique_ptr<Framing> framing;  // Once the head is there.
    const auto next = [&] {
      try {
        return answer.next(framing ? request.idle : request.first_byte);
      } catch (const Silence& e) {
        throw HttpFailure(e.code(), place + ": " + e.what() + (framing ? ", with the answer half given" : ""),
                          e.left());
      }
    };
    const auto give = [&](const std::string& text) {
      if (recorder_) exchange.body += text;
      return framing->take(text, on_part);
    };
    while (auto part = next()) {
      int ended = TROUPE_OK;
      if (auto* head = std::get_if<HttpHead>(&*part)) {
        for (auto& header : head->headers) header.second = secrets.redact(header.second);
        framing = framingFor(request.mode, *head);
        if (recorder_) exchange.head = *head;
        ended = on_part(TROUPE_HTTP_HEAD, headJson(*head));
      } else {
        ended = give(secrets.redactPiece(std::get<std::string>(*part), false));
      }
      if (ended != TROUPE_OK) return ended;  // Its reader has left: there is no whole answer to keep.
    }
    int ended = give(secrets.redactPiece({}, true));
    if (ended == TROUPE_OK) ended = framing->end(on_part);
    if (ended == TROUPE_OK) keep();
    return ended;
  } catch (const HttpFailure& e) {
    const HttpFailure told(e.code(), secrets.redact(e.what()), e.left());
    if (e.code() != TROUPE_E_CANCELLED) {
      exchange.failure = told;
      keep();
    }
    throw told;
  }
}

int HttpService::replay(CallContext& call, const HttpRequest& request, const OnPart& on_part) {
  const auto exchange = replay_->next(exchangeKey(request, call.identity()), request);
  if (exchange.head) {
    if (const int ended = on_part(TROUPE_HTTP_HEAD, headJson(*exchange.head)); ended != TROUPE_OK) return ended;
    const auto framing = framingFor(request.mode, *exchange.head);
    if (const int ended = framing->take(exchange.body, on_part); ended != TROUPE_OK) return ended;
    // One that failed in its middle has no end.
    if (!exchange.failure)
      if (const int ended = framing->end(on_part); ended != TROUPE_OK) return ended;
  }
  if (exchange.failure) throw HttpFailure(*exchange.failure);
  return TROUPE_OK;
}

}  // namespace troupe::services
