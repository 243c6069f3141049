#include "pipeline/sink_runner.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "pipeline/call.hpp"
#include "pipeline/node_network.hpp"
#include "services/host_table.hpp"
#include "support/problem.hpp"

namespace troupe::pipeline {
namespace {

constexpr std::size_t kBatch = 256;
constexpr std::int64_t kKeepEvery = 64;  // Events that a sink may get a second time after the process died.
const std::vector<std::string> kDurable = {"run", "sample", "log", "notice", "complete", "failed"};

constexpr std::string_view kFrameType = "troupe:frame/1";

bool isBusy(int code) {
  return code == TROUPE_E_TRANSIENT || code == TROUPE_E_OVERLOADED || code == TROUPE_E_RATE_LIMITED;
}

}  // namespace

struct SinkRunner::State {
  using Clock = std::chrono::steady_clock;

  State(const Graph::Node& plan, std::shared_ptr<loader::Module> module, std::shared_ptr<EventHub> hub_,
        journal::Journal& journal_, journal::RunKey run_, const services::Network& network,
        std::function<void(int, const std::string&, std::string_view)> log_, SinkOptions options_)
      : type(*plan.type),
        name(plan.config->name),
        retries(plan.config->limits.retries),
        options(std::move(options_)),
        limit(options.limit.count() > 0
                  ? options.limit
                  : std::chrono::milliseconds(static_cast<std::int64_t>(plan.config->limits.timeout_s * 1000))),
        hub(std::move(hub_)),
        journal(&journal_),
        epoch(journal_.epoch()),
        run(run_),
        log(std::move(log_)),
        host([this](int level, std::string_view text) { tell(level, text); },
             {options.web, nodeNetwork(network, *plan.config, type)}),
        instance(std::make_unique<loader::Instance>(std::move(module), plan.config->type, host.table(),
                                                    plan.config->options)),
        port(type.in.empty() ? "event" : type.in.front().name),
        makes_frames(
            std::any_of(type.out.begin(), type.out.end(), [](const auto& out) { return out.type == kFrameType; })) {
    if (wants("delta")) hub->countDeltaWatchers(1);
  }
  ~State() {
    if (wants("delta")) hub->countDeltaWatchers(-1);
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  const loader::NodeType type;
  const std::string name;
  const int retries;
  const SinkOptions options;
  const std::chrono::milliseconds limit;
  const std::shared_ptr<EventHub> hub;
  journal::Journal* const journal;  // Outlives the thread unless that is abandoned; then it is not touched any more.
  const std::string epoch;
  const journal::RunKey run;  // 0: all.
  const std::function<void(int, const std::string&, std::string_view)> log;
  std::atomic<bool> stop{false};       // Takes what there is, then ends.
  std::atomic<bool> quit{false};       // Ends after the call under way.
  std::atomic<bool> giving{false};     // A durable event. Written by the thread only, like the one below.
  std::atomic<std::int64_t> taken{0};  // Durable events.

  // Held while the journal, the log and `taken` are used, and taken by whoever gives up on the thread: it is not inside
  // them then. Before `mutex`.
  std::mutex outside;
  std::mutex mutex;  // Guards all below.
  std::condition_variable changed;
  std::shared_ptr<Call> call;
  Clock::time_point call_began;
  bool failing = false;
  std::int64_t cursor = 0;  // Written by the thread only.
  std::int64_t kept = 0;    // What the journal knows of it. Used by the thread only.
  bool ended = false;
  bool given_up = false;
  std::int64_t lost = 0;  // Events that the sink failed to take.

  // After the locks: create() may log.
  services::HostTable host;
  std::unique_ptr<loader::Instance> instance;
  const std::string port;
  const bool makes_frames;

  void tell(int level, std::string_view text) {
    const std::lock_guard busy(outside);
    if (!givenUp()) log(level, name, text);
  }

  bool givenUp() {
    const std::lock_guard lock(mutex);
    return given_up;
  }

  // Sets `failing`; true when it was otherwise.
  bool turns(bool now_failing) {
    const std::lock_guard lock(mutex);
    return std::exchange(failing, now_failing) != now_failing;
  }

  bool wants(const std::string& event_type) const {
    if (makes_frames && !options.taken) return false;  // Nobody would see its frames.
    const auto& events = type.events.empty() ? kDurable : type.events;
    return std::find(events.begin(), events.end(), event_type) != events.end();
  }

  struct Item {
    const std::string& json;
    std::int64_t id;  // 0: ephemeral.
    journal::RunKey run;
    std::string key;
  };

  std::string inputOf(const Item& item) const {
    auto input = "{\"" + port + "\":" + item.json;
    if (item.id != 0) input += ",\"id\":\"" + wireId(epoch, item.id) + "\"";
    return input + "}";
  }

  bool handOver(const Item& item, std::vector<Emission>& values) {
    SinkFrames frames{item.id, item.run, item.key, {}};
    for (auto& value : values)
      if (value.port->type == kFrameType) frames.json.push_back(std::move(value.json));
    const std::lock_guard busy(outside);
    if (givenUp()) return false;
    options.taken(std::move(frames));
    return true;
  }

  // False when the thread has to end.
  bool give(const Item& item) {
    const bool durable = item.id != 0;
    const struct Busy {
      std::atomic<bool>& flag;
      ~Busy() { flag = false; }
    } leaving{giving};
    giving = durable;
    for (int attempt = 0;; ++attempt) {
      auto current = std::make_shared<Call>(type, inputOf(item), 0);
      {
        const std::lock_guard lock(mutex);
        if (given_up) return false;
        call = current;
        call_began = Clock::now();
      }
      auto result = current->finish(instance->run(current->table()));
      bool stopping = false;
      {
        const std::lock_guard lock(mutex);
        call.reset();
        if (given_up) return false;
        stopping = stop || quit;
      }
      if (!result.failure) {
        if (options.taken && !handOver(item, result.values)) return false;
        if (turns(false)) tell(TROUPE_INFO, "the sink works again");
        if (durable) ++taken;
        return true;
      }
      if (quit) return false;  // Cut off: not taken.
      const int code = result.failure->code;
      const bool again = durable && !stopping && (options.taken ? !isNever(code) : attempt < retries && isBusy(code));
      if (turns(true)) tell(TROUPE_WARNING, "the sink fails: " + result.failure->message);
      if (!again) {
        const std::lock_guard lock(mutex);
        if (durable) ++lost;
        return true;
      }
      // Not longer than a minute, whatever the service asks for: the other events wait behind this one.
      const auto asked = std::min<std::int64_t>(result.failure->retry_after_ms, 60'000);
      const auto pause = std::chrono::milliseconds(std::max<std::int64_t>(200 << std::min(attempt, 5), asked));
      std::unique_lock lock(mutex);
      changed.wait_for(lock, pause, [this] { return stop || quit || given_up; });
    }
  }

  // A call that does not come back. Told of without waiting for the log: whoever sweeps has other things to do.
  void sweep(Clock::time_point now) {
    std::unique_lock busy(outside, std::try_to_lock);
    if (!busy) return;
    std::unique_lock lock(mutex);
    if (!call || given_up) return;
    const auto blocked = now - call_began;
    const bool tells = blocked >= options.blocks && !std::exchange(failing, true);
    const auto late = blocked >= limit ? call : nullptr;
    lock.unlock();
    const auto inWords = [](std::chrono::milliseconds time) {
      return time.count() % 1000 == 0 ? std::to_string(time.count() / 1000) + " s"
                                      : std::to_string(time.count()) + " ms";
    };
    if (tells) log(TROUPE_WARNING, name, "the sink blocks: it has been with one event for " + inWords(options.blocks));
    if (late) late->cancel({TROUPE_E_TRANSIENT, "it did not take the event within " + inWords(limit), -1});
  }

  void moveCursor(std::int64_t id) {
    const std::lock_guard lock(mutex);
    cursor = id;
    changed.notify_all();
  }

  // Notes in the journal how far the sink has come.
  void keepCursor() {
    if (kept == cursor || run == 0) return;
    const std::lock_guard busy(outside);
    if (givenUp()) return;
    kept = cursor;
    journal->append({journal::CursorMoved{run, name, kept}});
  }

  // What has left the ring.
  std::vector<EventHub::EventPtr> readBack() {
    std::vector<EventHub::EventPtr> events;
    const std::lock_guard busy(outside);
    if (givenUp()) return events;
    for (auto& event : journal->events(run, cursor, kBatch))
      events.push_back(std::make_shared<journal::Event>(std::move(event)));
    return events;
  }

  // Events after the cursor, up to `event_id`, that the sink should have had. Not on the sink's thread.
  std::int64_t unsent(std::int64_t after, std::int64_t event_id) const {
    std::int64_t count = 0;
    while (after < event_id) {
      const auto page = journal->events(run, after, kBatch);
      if (page.empty()) break;
      for (const auto& event : page)
        if (event.id <= event_id && wants(event.type)) ++count;
      after = page.back().id;
    }
    return count;
  }

  void work() {
    std::uint64_t version = 0;
    kept = cursor;
    while (!quit) {
      auto batch = hub->wait(cursor, version, kBatch, stop, run);
      const auto events = batch.lagged ? readBack() : std::move(batch.events);
      for (const auto& event : events) {
        if (quit) break;
        const bool mine = run == 0 || event->run == run;
        if (mine && wants(event->type) && !give({event->json, event->id, event->run, {}})) return keepCursor();
        moveCursor(event->id);
      }
      if (batch.lagged && events.empty()) moveCursor(batch.head);  // Events of other runs only.
      for (const auto& frame : batch.frames) {
        version = std::max(version, frame.version);
        const bool mine = run == 0 || frame.run == run;
        if (events.empty() && !quit && mine && wants(frame.type) && !give({frame.json, 0, frame.run, frame.key}))
          return keepCursor();
      }
      if (cursor - kept >= kKeepEvery) keepCursor();
      if (givenUp()) return;
      if ((stop || batch.closed) && events.empty() && !batch.lagged) break;
    }
    keepCursor();
  }
};

SinkRunner::SinkRunner(const Graph::Node& node, std::shared_ptr<loader::Module> module, std::shared_ptr<EventHub> hub,
                       journal::Journal& journal, journal::RunKey run, std::int64_t cursor,
                       const services::Network& network,
                       std::function<void(int, const std::string&, std::string_view)> log, SinkOptions options)
    : state_(std::make_shared<State>(node, std::move(module), std::move(hub), journal, run, network, std::move(log),
                                     std::move(options))) {
  state_->cursor = cursor;
  std::thread([state = state_] {
    try {
      state->work();
    } catch (const Failure& e) {  // The journal cannot be read back; the run learns of it by itself.
      state->tell(TROUPE_ERROR, std::string("the sink ends: ") + e.what());
    }
    // The instance is destroyed by the thread that used it, so that an abandoned one stays whole.
    state->instance.reset();
    const std::lock_guard lock(state->mutex);
    state->ended = true;
    state->changed.notify_all();
  }).detach();
}

bool isNever(int code) {
  return code == TROUPE_E_PERMANENT_REQUEST || code == TROUPE_E_CONTENT || code == TROUPE_E_UNSUPPORTED;
}

SinkRunner::~SinkRunner() { drain(0, std::chrono::steady_clock::now()); }

const std::string& SinkRunner::name() const { return state_->name; }
bool SinkRunner::wants(const std::string& type) const { return state_->wants(type); }
void SinkRunner::sweep(std::chrono::steady_clock::time_point now) { state_->sweep(now); }

bool SinkRunner::failing() const {
  const std::lock_guard lock(state_->mutex);
  return state_->failing;
}

std::int64_t SinkRunner::cursor() const {
  const std::lock_guard lock(state_->mutex);
  return state_->cursor;
}

std::int64_t SinkRunner::drain(std::int64_t event_id, std::chrono::steady_clock::time_point until) {
  std::unique_lock lock(state_->mutex);
  if (state_->given_up) return 0;
  state_->changed.wait_until(lock, until, [&] { return state_->ended || state_->cursor >= event_id; });
  const bool behind = state_->cursor < event_id;
  state_->stop = true;
  if (behind) state_->quit = true;
  if (auto call = state_->call; behind && call) {
    lock.unlock();
    call->cancel({TROUPE_E_CANCELLED, "the run is over", -1});
    lock.lock();
  }
  lock.unlock();
  state_->hub->wake();
  lock.lock();
  state_->changed.notify_all();
  if (!state_->changed.wait_for(lock, std::chrono::milliseconds(behind ? 200 : 2000), [&] { return state_->ended; })) {
    lock.unlock();
    const std::lock_guard busy(state_->outside);
    lock.lock();
    state_->given_up = !state_->ended;
  }
  const auto cursor = state_->cursor;
  const auto lost = std::exchange(state_->lost, 0);
  lock.unlock();
  return lost + state_->unsent(cursor, event_id);
}

NodeFigures SinkRunner::figures() const {
  NodeFigures figures;
  figures.running = state_->giving ? 1 : 0;
  figures.done = state_->taken;
  const std::lock_guard lock(state_->mutex);
  figures.failing = state_->failing;
  figures.failed = state_->lost;
  figures.stuck = state_->given_up;
  return figures;
}

bool SinkRunner::abandoned() const {
  const std::lock_guard lock(state_->mutex);
  return state_->given_up;
}

}  // namespace troupe::pipeline
