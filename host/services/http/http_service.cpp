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
HttpOutgoing prepare(const NodeNetwork& node, HttpRequest request, SecretText& secrets) {
  HttpOutgoing out;
  Url url;
  try {
    url = parseUrl(secrets.insert(request.url));
  } catch (const std::invalid_argument& e) {
    throw HttpFailure(TROUPE_E_PERMANENT_REQUEST, std::string("the request: ") + e.what());
  }
  // A host that only a secret names is not told.
  const bool named = urlHost(request.url) == url.host;
  for (auto& header : request.headers) {
    auto value = secrets.insert(header.second);
    checkHeader(header.first, value);
    out.headers.emplace_back(std::move(header.first), std::move(value));
  }
  for (const auto& signature : request.sign)
    out.headers.emplace_back(signature.header,
                             signature.prefix + hmacSha256(secrets.insert(signature.secret), request.body));
  checkHost(node, secrets, url.host, named);
  out.place = request.method + " " + (named ? url.host : "(secret address)");
  out.method = std::move(request.method);
  out.url = std::move(url.text);
  out.body = std::move(request.body);
  out.has_body = request.has_body;
  out.timeout = request.timeout;
  out.public_only = node.public_only && !namesHost(node.private_hosts, url.host);
  return out;
}

// The reader's end of a pipe: when it goes, the transport stops.
class Reading {
 public:
  Reading(HttpTransport& transport, std::shared_ptr<ResponsePipe> pipe, CallContext& call)
      : transport_(transport), pipe_(std::move(pipe)), hook_(call, [pipe = pipe_] { pipe->giveUp(); }) {}
  ~Reading() {
    pipe_->giveUp();
    transport_.wake(pipe_);
  }
  Reading(const Reading&) = delete;
  Reading& operator=(const Reading&) = delete;

  std::optional<ResponsePipe::Part> next(std::chrono::milliseconds limit) {
    auto part = pipe_->next(limit);
    if (pipe_->roomWanted()) transport_.wake(pipe_);
    return part;
  }

 private:
  HttpTransport& transport_;
  const std::shared_ptr<ResponsePipe> pipe_;
  const CancelHook hook_;
};

}  // namespace

HttpService::HttpService(HttpOptions options) : options_(std::move(options)) {}
HttpService::HttpService(std::unique_ptr<HttpTransport> transport) : transport_(std::move(transport)) {}
HttpService::~HttpService() = default;

HttpTransport& HttpService::transport() {
  std::call_once(begun_, [this] {
    if (!transport_) transport_ = std::make_unique<HttpLoop>(options_);
  });
  return *transport_;
}

int HttpService::fetch(const NodeNetwork& node, CallContext& call, std::string_view request_json,
                       const std::function<int(std::uint32_t part, std::string_view bytes)>& on_part) {
  SecretText secrets(node.secrets.get());
  auto request = readHttpRequest(request_json);
  const auto mode = request.mode;
  const auto first_byte = request.first_byte, idle = request.idle;
  auto outgoing = prepare(node, std::move(request), secrets);
  const auto place = outgoing.place;
  auto& network = transport();
  try {
    Reading answer(network, network.start(std::move(outgoing)), call);
    std::unique_ptr<Framing> framing;  // Once the head is there.
    const auto next = [&] {
      try {
        return answer.next(framing ? idle : first_byte);
      } catch (const Silence& e) {
        throw HttpFailure(e.code(), place + ": " + e.what() + (framing ? ", with the answer half given" : ""));
      }
    };
    while (auto part = next()) {
      int ended = TROUPE_OK;
      if (auto* head = std::get_if<HttpHead>(&*part)) {
        for (auto& header : head->headers) header.second = secrets.redact(header.second);
        framing = framingFor(mode, *head);
        ended = on_part(TROUPE_HTTP_HEAD, headJson(*head));
      } else {
        ended = framing->take(secrets.redactPiece(std::get<std::string>(*part), false), on_part);
      }
      if (ended != TROUPE_OK) return ended;
    }
    const int ended = framing->take(secrets.redactPiece({}, true), on_part);
    return ended != TROUPE_OK ? ended : framing->end(on_part);
  } catch (const HttpFailure& e) {
    throw HttpFailure(e.code(), secrets.redact(e.what()));
  }
}

}  // namespace troupe::services
