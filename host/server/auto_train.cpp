#include "server/auto_train.hpp"

#include <Poco/DateTimeFormat.h>
#include <Poco/DateTimeFormatter.h>
#include <Poco/Timestamp.h>

#include <utility>

#include "server/api_support.hpp"
#include "server/auto_train_frames.hpp"
#include "server/auto_train_request.hpp"
#include "server/exchange.hpp"

namespace troupe::server {
namespace {

constexpr std::size_t kPage = 256;

std::string headOf(const Exchange& exchange) {
  std::string head =
      "HTTP/1.1 200 OK\r\n"
      "Date: " +
      Poco::DateTimeFormatter::format(Poco::Timestamp(), Poco::DateTimeFormat::HTTP_FORMAT) +
      "\r\n"
      "Content-Type: text/event-stream\r\n"
      "Cache-Control: no-cache\r\n"
      "Connection: keep-alive\r\n"
      "Transfer-Encoding: chunked\r\n"
      "X-Accel-Buffering: no\r\n";
  for (const auto& [name, value] : exchange.commonHeaders())
    if (name != "Cache-Control") head.append(name).append(": ").append(value).append("\r\n");
  return head + "\r\n";
}

}  // namespace

AutoTrain::AutoTrain(Parts parts) : parts_(std::move(parts)), cursor_(parts_.hub->head()) {
  StreamHub::StreamSpec spec;
  spec.name = "auto_train";
  spec.heartbeat = std::chrono::milliseconds(500);
  spec.heartbeat_bytes = [heartbeat = std::make_shared<const std::string>(chunk(kHeartbeat))] { return heartbeat; };
  spec.replay = [this](journal::RunKey run, std::int64_t after, std::size_t limit) {
    return replay(run, after, limit);
  };
  stream_ = parts_.streams.addStream(std::move(spec));
  listener_ = std::thread([this] { listen(); });
  on_failure_ = parts_.journal.onFailure([this](const std::string& message) {
    {
      const std::lock_guard lock(mutex_);
      failure_ = message;
    }
    attention_ = true;
    parts_.hub->wake();
  });
}

AutoTrain::~AutoTrain() { stop(); }

void AutoTrain::addRoute(Router& router) {
  router.add({"POST", "/auto-train-stream", Right::operate, [this](Exchange& exchange) { answer(exchange); }});
}

void AutoTrain::stop() {
  on_failure_.reset();
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  attention_ = true;
  parts_.hub->wake();
  if (listener_.joinable()) listener_.join();
}

void AutoTrain::answer(Exchange& exchange) {
  const auto request = AutoTrainRequest::read(exchange);
  const auto order = orRefuse([&] { return request.order(parts_.config, parts_.catalog); });
  if (parts_.streams.admits(exchange.clientAddress()) != StreamHub::Refusal::none)
    throw HttpError(503, "this server has as many event streams as it takes; try again later", {},
                    {{"Retry-After", "10"}});
  const auto run = orRefuse([&] { return parts_.runs.start(order); }).run;
  {
    const std::lock_guard lock(mutex_);
    auto& watched = watched_[run.key];
    watched.id = run.id;
    ++watched.clients;
  }
  StreamHub::Subscription subscription;
  subscription.address = exchange.clientAddress();
  subscription.run = run.key;
  subscription.first = headOf(exchange);
  subscription.gone = [this, key = run.key] { gone(key); };
  subscription.socket = exchange.detach();
  parts_.streams.subscribe(stream_, std::move(subscription));
}

void AutoTrain::listen() {
  for (;;) {
    const auto batch = parts_.hub->wait(cursor_, ~std::uint64_t{0}, kPage, attention_);
    if (attention_.exchange(false)) cancelLeft();
    if (pressing()) attention_ = true;  // Until there is nothing more to tell, nothing is waited for.
    const auto events = batch.lagged ? parts_.journal.events(0, cursor_, kPage) : std::vector<journal::Event>();
    for (const auto& event : events) tell(event);
    if (!batch.lagged)
      for (const auto& event : batch.events) tell(*event);
    if (!events.empty() || !batch.events.empty()) continue;
    tellFailure();
    const std::lock_guard lock(mutex_);
    if (batch.closed || stopping_) return;
  }
}

bool AutoTrain::pressing() {
  const std::lock_guard lock(mutex_);
  return stopping_ || !failure_.empty();
}

void AutoTrain::tell(const journal::Event& event) {
  cursor_ = event.id;
  auto frame = autoTrainFrame(event);
  if (!frame) return;
  if (frame->last) {
    const std::lock_guard lock(mutex_);
    watched_.erase(event.run);
  }
  parts_.streams.publish(stream_, std::move(*frame));
}

// The journal can be written no more, so no event will tell of the end of these runs.
void AutoTrain::tellFailure() {
  std::map<journal::RunKey, Watched> left;
  std::string failure;
  {
    const std::lock_guard lock(mutex_);
    if (failure_.empty()) return;
    failure.swap(failure_);
    left.swap(watched_);
  }
  for (const auto& [run, watched] : left) {
    StreamFrame frame;
    frame.id = ++cursor_;
    frame.run = run;
    frame.last = true;
    frame.bytes = std::make_shared<const std::string>(chunk(errorMessage(failure)) + std::string(kLastChunk));
    parts_.streams.publish(stream_, std::move(frame));
  }
}

// On the hub's thread: a client has gone, or its run has ended.
void AutoTrain::gone(journal::RunKey run) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = watched_.find(run);
    if (found == watched_.end() || --found->second.clients > 0) return;
    if (parts_.config.auto_train_cancel && !stopping_) left_.push_back(found->second.id);
    watched_.erase(found);
  }
  attention_ = true;
  parts_.hub->wake();
}

void AutoTrain::cancelLeft() {
  std::vector<std::string> left;
  {
    const std::lock_guard lock(mutex_);
    left.swap(left_);
  }
  for (const auto& id : left) {
    try {
      parts_.runs.cancel(id, "its client, who went away");
    } catch (const Failure&) {
      // It has ended meanwhile.
    }
  }
}

std::vector<StreamFrame> AutoTrain::replay(journal::RunKey run, std::int64_t after, std::size_t limit) const {
  std::vector<StreamFrame> frames;
  while (frames.empty()) {
    const auto page = parts_.journal.events(run, after, limit);
    if (page.empty()) break;
    after = page.back().id;
    for (const auto& event : page)
      if (auto frame = autoTrainFrame(event)) frames.push_back(std::move(*frame));
  }
  return frames;
}

}  // namespace troupe::server
