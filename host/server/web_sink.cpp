#include "server/web_sink.hpp"

#include <Poco/DateTimeFormat.h>
#include <Poco/DateTimeFormatter.h>
#include <Poco/Timestamp.h>

#include <condition_variable>
#include <mutex>
#include <random>
#include <set>
#include <shared_mutex>
#include <stdexcept>
#include <thread>
#include <troupe/troupe.hpp>
#include <utility>

#include "pipeline/graph.hpp"
#include "pipeline/sink_runner.hpp"
#include "server/stream_start.hpp"
#include "server/web_asset.hpp"
#include "server/web_calls.hpp"
#include "server/web_request.hpp"
#include "server/web_streams.hpp"
#include "support/unix_time.hpp"

namespace troupe::server {
namespace {

constexpr std::chrono::milliseconds kTick{250};
constexpr std::chrono::milliseconds kRefreshLimit{1000};

const loader::NodeType& typeOf(const loader::Catalog& catalog, const ServerConfig::SinkNode& node) {
  const auto* type = catalog.find(node.type);
  const auto where = "sink \"" + node.name + "\": ";
  if (type == nullptr) {
    const auto why = catalog.whyMissing(node.type);
    throw Failure(ExitCode::usage, where + (why.empty() ? "there is no node type \"" + node.type + "\"" : why));
  }
  if (type->kind != loader::Kind::sink) throw Failure(ExitCode::usage, where + "\"" + node.type + "\" is no sink");
  return *type;
}

config::Node configOf(const loader::Catalog& catalog, const ServerConfig::SinkNode& node) {
  config::Node config;
  config.name = node.name;
  config.type = node.type;
  config.options = node.options;
  config.hosts = node.hosts;
  config.info = &typeOf(catalog, node);
  return config;
}

Right rightFrom(const std::string& name) {
  return name == "operate" ? Right::operate : name == "watch" ? Right::watch : Right::none;
}

}  // namespace

struct WebSink::State final : services::WebMount {
  // The hub's threads come through it, and outlive the sink.
  struct Door {
    std::shared_mutex mutex;
    bool open = true;

    template <typename Work>
    auto through(Work work) -> decltype(work()) {
      const std::shared_lock lock(mutex);
      return open ? work() : decltype(work()){};
    }
    /// Waits for who is inside.
    void close() {
      const std::unique_lock lock(mutex);
      open = false;
    }
  };

  State(const ServerConfig::SinkNode& node, loader::Catalog& catalog, journal::Journal& journal_,
        std::shared_ptr<pipeline::EventHub> events, StreamHub& hub_, Router& router_, Options options_)
      : options(std::move(options_)),
        journal(journal_),
        hub(hub_),
        router(router_),
        config(configOf(catalog, node)),
        plan{&config, config.info, {}, {}, {}, false, false},
        module(catalog.load(*catalog.fileOf(node.type))),
        calls(*config.info, module, node.options, [this](int level, std::string_view text) { log(level, text); }) {
    pipeline::SinkOptions sink;
    sink.web = this;
    sink.taken = [this](pipeline::SinkFrames frames) { publish(std::move(frames)); };
    sink.blocks = sink.limit = options.limit;
    runner = std::make_unique<pipeline::SinkRunner>(
        plan, module, std::move(events), journal, 0, journal.head(), options.network,
        [this](int level, const std::string&, std::string_view text) { log(level, text); }, std::move(sink));
    keeper = std::thread([this] { keep(); });
  }

  ~State() override {
    {
      const std::lock_guard lock(mutex);
      ending = true;
      wake.notify_all();
    }
    if (keeper.joinable()) keeper.join();
    door->close();
    runner.reset();
  }

  // ---- WebMount [setup]

  void stream(Stream stream) override {
    auto made = std::make_unique<WebStream>();
    auto& mine = *made;
    mine.declared = std::move(stream);
    StreamHub::StreamSpec spec;
    spec.name = mine.declared.name;
    spec.heartbeat = std::chrono::milliseconds(mine.declared.heartbeat_ms);
    spec.heartbeat_bytes = [door = door, &mine] { return door->through([&] { return mine.heartbeat(); }); };
    spec.bye = [door = door, &mine] { return door->through([&] { return mine.bye(); }); };
    spec.replay = [this, door = door, &mine](journal::RunKey run, std::int64_t after, std::size_t limit) {
      return door->through([&] { return replay(mine, run, after, limit); });
    };
    mine.id = hub.addStream(std::move(spec));
    streams.push_back(std::move(made));
    for (const auto& path : mine.declared.paths) {
      const bool one = path.find("{run}") != std::string::npos;
      router.add(
          {"GET", path, Right::watch, [this, &mine, one](Exchange& exchange) { open(exchange, mine, one); }, one});
    }
  }

  void request(Request request) override {
    const auto path = request.path;
    router.add({request.method, path, rightFrom(request.right), [this, path](Exchange& exchange) {
                  auto input = webRequestInput(exchange, path);
                  try {
                    auto results = calls.run({std::move(input)}, options.limit);
                    answerWebRequest(exchange, std::move(results.front()));
                  } catch (const WebCalls::Late& e) {
                    throw HttpError(504, e.what(), {}, {{"Retry-After", "5"}});
                  }
                }});
  }

  void asset(Asset asset) override {
    const auto path = asset.path;
    router.add({"GET", path, Right::none, WebAsset(std::move(asset))});
  }

  // ---- events to streams

  // [sink's thread]
  void publish(const pipeline::SinkFrames& frames) {
    for (const auto& json : frames.json) {
      auto frame = readFrame(json);
      auto* stream = frame ? find(frame->stream) : nullptr;
      if (stream == nullptr) {
        warnOnce(frame ? "a frame is for the stream \"" + frame->stream + "\", which it has not declared"
                       : "a frame is not of type troupe:frame/1");
        continue;
      }
      hub.publish(stream->id, {frames.id, frames.run, frames.key,
                               std::make_shared<const std::string>(std::move(frame->text)), false});
    }
  }

  // [hub's replay thread]
  std::vector<StreamFrame> replay(const WebStream& stream, journal::RunKey run, std::int64_t after, std::size_t limit) {
    std::vector<StreamFrame> frames;
    while (frames.empty()) {
      const auto events = journal.events(run, after, limit);
      if (events.empty()) break;
      std::vector<std::string> inputs;
      std::vector<const journal::Event*> wanted;
      for (const auto& event : events) {
        if (!runner->wants(event.type)) continue;
        wanted.push_back(&event);
        inputs.push_back("{\"event\":" + event.json + ",\"id\":\"" + pipeline::wireId(journal.epoch(), event.id) +
                         "\"}");
      }
      const auto results = calls.run(std::move(inputs), options.limit);
      for (std::size_t i = 0; i < results.size(); ++i) {
        if (results[i].failure && !pipeline::isNever(results[i].failure->code))
          throw std::runtime_error(results[i].failure->message);
        if (auto bytes = bytesFor(results[i], stream.declared.name))
          frames.push_back({wanted[i]->id, wanted[i]->run, {}, std::move(bytes), false});
      }
      after = events.back().id;
    }
    return frames;
  }

  // ---- a subscriber [a thread of the server]

  void open(Exchange& exchange, WebStream& stream, bool one) {
    const auto run = one ? findRun(exchange) : std::nullopt;
    if (!one && !exchange.principal().only_run.empty()) throw HttpError(403, "the ticket is for one run");
    const auto& address = exchange.clientAddress();
    refuse(hub.admits(address));
    auto [first, cursor] = begin(exchange, stream, run);
    if (exchange.method() == "HEAD")
      return exchange.send(200, stream.declared.content_type, "", {{"X-Accel-Buffering", "no"}});
    StreamHub::Subscription subscription;
    subscription.address = address;
    subscription.run = run ? run->key : 0;
    subscription.cursor = cursor;
    subscription.first = headOf(exchange, stream) + first;
    subscription.socket = exchange.detach(200);
    hub.subscribe(
        stream.id,
        std::move(
            subscription));  // One that came in between has the last place: the socket is closed, and tried again.
  }

  std::optional<journal::Run> findRun(Exchange& exchange) const {
    const auto name = exchange.param("run");
    try {
      auto run = journal.findRun(name == "latest" ? "last" : name);
      if (const auto& only = exchange.principal().only_run; !only.empty() && only != run.id)
        throw HttpError(403, "the ticket is for the run \"" + only + "\"");
      return run;
    } catch (const Failure& e) {
      throw HttpError(404, e.what());
    }
  }

  static void refuse(StreamHub::Refusal refusal) {
    const Headers later = {{"Retry-After", "5"}};
    switch (refusal) {
      case StreamHub::Refusal::none:
        return;
      case StreamHub::Refusal::full:
        throw HttpError(503, "as many streams are open as this server takes", {}, later);
      case StreamHub::Refusal::address_full:
        throw HttpError(503, "as many streams are open from your address as this server takes", {}, later);
      case StreamHub::Refusal::closing:
        throw HttpError(503, "the server stops", {}, later);
    }
  }

  // What a subscriber is sent before events, and the number after which those follow.
  std::pair<std::string, std::int64_t> begin(Exchange& exchange, WebStream& stream,
                                             const std::optional<journal::Run>& run) {
    auto last_id = exchange.header("last-event-id");  // What the browser knows is newer than what the page knew.
    if (last_id.empty()) last_id = exchange.query("last_event_id").value_or("");
    auto head = journal.head();
    const auto start = streamStart(last_id, journal.epoch(), head);
    std::string snapshot;
    if (!start.after) {
      snapshot = options.snapshot(run ? run->key : 0);
      head = snapshotHead(snapshot);
    }
    const StreamEvents tell{run ? run->id : std::string(), unixMs()};
    std::vector<std::string> inputs;
    const auto add = [&](std::string_view type, const std::string& json) {
      if (runner->wants(std::string(type))) inputs.push_back("{\"event\":" + json + "}");
    };
    add("hello", tell.hello(journal.epoch(), head, start.after, stream.declared.heartbeat_ms));
    if (!start.reset.empty()) add("reset", tell.reset(start.reset));
    if (!start.after) add("snapshot", snapshot);
    stream.wanted();
    std::string first;
    try {
      for (const auto& result : calls.run(std::move(inputs), options.limit)) {
        if (result.failure)
          throw HttpError(503, "the sink fails: " + result.failure->message, {}, {{"Retry-After", "5"}});
        if (const auto bytes = bytesFor(result, stream.declared.name)) first += *bytes;
      }
    } catch (const WebCalls::Late& e) {
      throw HttpError(503, e.what(), {}, {{"Retry-After", "5"}});
    }
    return {std::move(first), start.after.value_or(head)};
  }

  static std::string headOf(const Exchange& exchange, const WebStream& stream) {
    std::string head = "HTTP/1.1 200 OK\r\nDate: " +
                       Poco::DateTimeFormatter::format(Poco::Timestamp(), Poco::DateTimeFormat::HTTP_FORMAT) +
                       "\r\nContent-Type: " + stream.declared.content_type +
                       "\r\nCache-Control: no-store\r\nX-Accel-Buffering: no\r\nConnection: close\r\n";
    for (const auto& [name, value] : exchange.commonHeaders())
      if (name != "Cache-Control") head.append(name).append(": ").append(value).append("\r\n");
    return head + "\r\n";
  }

  // ---- what happens by the clock [keeper]

  // Looks after the sink, and keeps heartbeats and goodbyes ready, since the hub's thread never waits for a plugin.
  void keep() {
    std::unique_lock lock(mutex);
    while (!wake.wait_for(lock, kTick, [this] { return ending; })) {
      lock.unlock();
      runner->sweep(std::chrono::steady_clock::now());
      for (const auto& stream : streams)
        if (stream->due(hub.subscribers(stream->id) > 0)) refresh(*stream);
      lock.lock();
    }
  }

  void refresh(WebStream& stream) {
    const StreamEvents tell{{}, unixMs()};
    std::vector<std::string> inputs;
    const bool beats = runner->wants("hb");
    const bool ends = runner->wants("bye");
    if (beats) inputs.push_back("{\"event\":" + tell.heartbeat(journal.head()) + "}");
    if (ends) inputs.push_back("{\"event\":" + tell.bye("the server stops", retry_ms) + "}");
    try {
      auto results = calls.run(std::move(inputs), kRefreshLimit);
      auto bye = ends ? bytesFor(results.back(), stream.declared.name) : nullptr;
      stream.keep(beats ? bytesFor(results.front(), stream.declared.name) : nullptr, std::move(bye));
    } catch (const Failure& e) {
      warnOnce(std::string("no heartbeat: ") + e.what());
    }
  }

  // ---- small things

  WebStream* find(std::string_view name) const {
    for (const auto& stream : streams)
      if (stream->declared.name == name) return stream.get();
    return nullptr;
  }

  void log(int level, std::string_view text) const {
    if (options.log) options.log(level, config.name, text);
  }

  void warnOnce(const std::string& text) {
    {
      const std::lock_guard lock(mutex);
      if (!warned.insert(text).second || warned.size() > 100) return;
    }
    log(TROUPE_WARNING, text);
  }

  const Options options;
  journal::Journal& journal;
  StreamHub& hub;
  Router& router;
  const config::Node config;
  const pipeline::Graph::Node plan;
  const std::shared_ptr<loader::Module> module;
  // Not all who are sent away by one server should come back to the next at once.
  const int retry_ms = 1000 + static_cast<int>(std::random_device{}() % 2000);
  const std::shared_ptr<Door> door = std::make_shared<Door>();
  std::vector<std::unique_ptr<WebStream>> streams;  // Complete once the runner is made.
  WebCalls calls;
  std::mutex mutex;  // Guards the three below.
  std::condition_variable wake;
  bool ending = false;
  std::set<std::string> warned;
  std::unique_ptr<pipeline::SinkRunner> runner;
  std::thread keeper;
};

WebSink::WebSink(const ServerConfig::SinkNode& node, loader::Catalog& catalog, journal::Journal& journal,
                 std::shared_ptr<pipeline::EventHub> events, StreamHub& streams, Router& router, Options options)
    : state_(std::make_unique<State>(node, catalog, journal, std::move(events), streams, router, std::move(options))) {}

WebSink::~WebSink() = default;

std::int64_t WebSink::stop(std::chrono::milliseconds limit) {
  const auto missing = state_->runner->drain(state_->journal.head(), std::chrono::steady_clock::now() + limit);
  // The goodbye as of now: who has just come has none ready yet.
  for (const auto& stream : state_->streams)
    if (state_->hub.subscribers(stream->id) > 0) state_->refresh(*stream);
  return missing;
}

bool WebSink::failing() const { return state_->runner->failing(); }
bool WebSink::abandoned() const { return state_->runner->abandoned() || state_->calls.inside() > 0; }

}  // namespace troupe::server
