#include "cli/sse_client.hpp"

#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/HTTPSClientSession.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/NetSSL.h>
#include <Poco/Net/RejectCertificateHandler.h>
#include <Poco/Net/SSLException.h>
#include <Poco/Net/SSLManager.h>
#include <rapidjson/document.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <istream>
#include <utility>

#include "support/json_text.hpp"
#include "support/problem.hpp"

namespace troupe::cli {
namespace {

namespace net = Poco::Net;

constexpr std::chrono::milliseconds kLastWait{1000};
constexpr std::chrono::milliseconds kMaxPause{30'000};

std::string secondsText(std::chrono::milliseconds time) {
  const auto tenths = (time.count() + 99) / 100;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s";
}

// The sentence of an application/problem+json, or the status line.
std::string refusalOf(const net::HTTPResponse& response, std::istream& in) {
  std::string body(4096, '\0');
  in.read(body.data(), static_cast<std::streamsize>(body.size()));
  body.resize(static_cast<std::size_t>(in.gcount()));
  rapidjson::Document problem;
  problem.Parse<rapidjson::kParseIterativeFlag>(body.data(), body.size());
  auto status = std::to_string(static_cast<int>(response.getStatus())) + " " + response.getReason();
  if (problem.HasParseError() || !problem.IsObject()) return status;
  for (const char* member : {"detail", "title"})
    if (const auto found = problem.FindMember(member); found != problem.MemberEnd() && found->value.IsString())
      return status + ": " + std::string(found->value.GetString(), found->value.GetStringLength());
  return status;
}

bool worthAnotherTry(int status) { return status == 408 || status == 429 || status >= 500; }

}  // namespace

SseClient::SseClient(Options options) : options_(std::move(options)) {
  if (options_.uri.getScheme() != "https") return;
  net::initializeSSL();
  const net::Context::Ptr context(
      new net::Context(net::Context::TLS_CLIENT_USE, options_.ca_file, net::Context::VERIFY_RELAXED, 9, true));
  net::SSLManager::instance().initializeClient(nullptr, new net::RejectCertificateHandler(false), context);
}

void SseClient::tell(const std::string& message) const {
  if (options_.tell) options_.tell(message);
}

bool SseClient::stopped() const {
  const std::lock_guard lock(mutex_);
  return stop_;
}

void SseClient::stop() {
  const std::lock_guard lock(mutex_);
  stop_ = true;
  if (file_ >= 0) ::shutdown(file_, SHUT_RDWR);
  changed_.notify_all();
}

std::unique_ptr<net::HTTPClientSession> SseClient::session() const {
  std::unique_ptr<net::HTTPClientSession> session;
  if (options_.uri.getScheme() == "https")
    session = std::make_unique<net::HTTPSClientSession>(options_.uri.getHost(), options_.uri.getPort());
  else
    session = std::make_unique<net::HTTPClientSession>(options_.uri.getHost(), options_.uri.getPort());
  session->setTimeout(Poco::Timespan(10, 0), Poco::Timespan(10, 0), Poco::Timespan(options_.silence.count(), 0));
  return session;
}

void SseClient::run(const OnEvent& on_event) {
  while (!stopped()) {
    parser_.restart();
    Ending ending = Ending::lost;
    try {
      ending = connection(on_event);
    } catch (const Poco::Net::SSLException& e) {
      if (!connected_once_)
        throw Failure(ExitCode::usage,
                      options_.uri.toString() + ": " + e.displayText() + "; name the certificate with --ca FILE");
      why_ = e.displayText();
    } catch (const Poco::Exception& e) {
      why_ = e.displayText();
    }
    if (stopped()) return;
    if (ending == Ending::done) return;
    if (!connected_once_)
      throw Failure(ExitCode::usage, "no server answers at " + options_.uri.toString() + ": " + why_ +
                                         "; is `troupe serve` running there?");
    if (!pause()) return;
  }
}

bool SseClient::pause() {
  const std::chrono::milliseconds base(std::max(parser_.retry().value_or(1000), 1));
  const auto longest = std::min(kMaxPause, base * (1 << std::min(failures_, 10)));
  // Many that lost the same server do not all come back at the same moment.
  const auto time = longest / 2 + longest / 2 * (random_() % 1000) / 1000;
  ++failures_;
  tell(why_ + "; trying again in " + secondsText(time));
  std::unique_lock lock(mutex_);
  return !changed_.wait_for(lock, time, [this] { return stop_; });
}

SseClient::Ending SseClient::connection(const OnEvent& on_event) {
  const auto current = session();
  // Nobody shuts the file down once it is closed, and may be another's.
  const auto setFile = [this](int file) {
    const std::lock_guard lock(mutex_);
    file_ = file;
    if (stop_ && file >= 0) ::shutdown(file, SHUT_RDWR);
  };
  const std::unique_ptr<const int, std::function<void(const int*)>> forget(&file_, [&](const int*) { setFile(-1); });
  auto uri = options_.uri;
  if (parser_.lastId().empty()) uri.addQueryParameter("last_event_id", "earliest");
  net::HTTPRequest request(net::HTTPRequest::HTTP_GET, uri.getPathAndQuery(), net::HTTPMessage::HTTP_1_1);
  request.set("Accept", "text/event-stream");
  request.set("Cache-Control", "no-store");
  if (!options_.token.empty()) request.setCredentials("Bearer", options_.token);
  if (!parser_.lastId().empty()) request.set("Last-Event-ID", parser_.lastId());
  current->sendRequest(request);
  setFile(current->socket().impl()->sockfd());
  net::HTTPResponse response;
  auto& in = current->receiveResponse(response);
  const int status = response.getStatus();
  if (status == net::HTTPResponse::HTTP_NO_CONTENT) return Ending::done;
  if (status != net::HTTPResponse::HTTP_OK) {
    why_ = refusalOf(response, in);
    if (!worthAnotherTry(status)) throw Failure(ExitCode::usage, options_.uri.toString() + ": " + why_);
    connected_once_ = true;  // There is a server; it cannot now.
    return Ending::lost;
  }
  if (!response.getContentType().starts_with("text/event-stream"))
    throw Failure(ExitCode::usage,
                  options_.uri.toString() + " is no event stream but " + response.getContentType() +
                      "; give the address of the server, or of a run: http://host:port/api/v1/runs/ID/events");
  connected_once_ = true;
  why_ = "the connection was closed";
  const auto ending = read(in, current->socket(), on_event);
  if (const auto* error = current->networkException(); error != nullptr && ending == Ending::lost)
    why_ = error->displayText();
  return ending;
}

SseClient::Ending SseClient::read(std::istream& in, net::StreamSocket& socket, const OnEvent& on_event) {
  auto verdict = Verdict::more;
  auto last_at = std::chrono::steady_clock::time_point::max();
  std::array<char, 8192> buffer{};
  for (;;) {
    // The first byte waits, the others are there already.
    if (!in.get(buffer[0])) break;
    const auto there =
        std::clamp<std::streamsize>(in.rdbuf()->in_avail(), 0, static_cast<std::streamsize>(buffer.size()) - 1);
    const auto more = in.rdbuf()->sgetn(buffer.data() + 1, there);
    parser_.feed({buffer.data(), static_cast<std::size_t>(1 + more)}, [&](const SseParser::Event& event) {
      if (verdict == Verdict::end) return;
      failures_ = 0;
      const auto before = verdict;
      verdict = on_event(event);
      if (verdict == Verdict::last && before != Verdict::last) {
        last_at = std::chrono::steady_clock::now();
        socket.setReceiveTimeout(Poco::Timespan(kLastWait.count() * 1000));
      } else if (verdict == Verdict::more && before == Verdict::last) {
        last_at = std::chrono::steady_clock::time_point::max();
        socket.setReceiveTimeout(Poco::Timespan(options_.silence.count(), 0));
      }
    });
    if (verdict == Verdict::end || std::chrono::steady_clock::now() - kLastWait > last_at) return Ending::done;
  }
  return verdict == Verdict::last ? Ending::done : Ending::lost;
}

}  // namespace troupe::cli
