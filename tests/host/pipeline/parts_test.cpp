// The small parts of the engine, each by itself.
#include <troupe/troupe.h>

#include <atomic>
#include <future>
#include <limits>
#include <set>

#include "pipeline/event_hub.hpp"
#include "pipeline/graph.hpp"
#include "pipeline/log_limit.hpp"
#include "pipeline/retry_policy.hpp"
#include "pipeline/run_stats.hpp"
#include "pipeline/task_pool.hpp"
#include "pipeline/timer.hpp"
#include "rig.hpp"

namespace troupe::test {
namespace {

using namespace std::chrono_literals;
using pipeline::EventHub;
using pipeline::RetryPolicy;
using pipeline::RunStats;
using pipeline::SettledSample;
using pipeline::TaskPool;
using pipeline::Timer;

// A gate that tasks wait at.
struct Gate {
  std::mutex mutex;
  std::condition_variable changed;
  int inside = 0;
  bool open = false;
  void pass() {
    std::unique_lock lock(mutex);
    ++inside;
    changed.notify_all();
    changed.wait(lock, [this] { return open; });
  }
  bool waitInside(int count) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, kPatience, [&] { return inside >= count; });
  }
  void release() {
    const std::lock_guard lock(mutex);
    open = true;
    changed.notify_all();
  }
};

TEST_CASE("the pool grows when all workers are blocked, up to its bound", "[pool]") {
  Gate gate;
  TaskPool pool(12);
  for (int i = 0; i < 40; ++i) pool.submit([&] { gate.pass(); });
  CHECK(gate.waitInside(12));
  CHECK(pool.threads() == 12);
  gate.release();
  pool.stop();
  CHECK(gate.inside == 40);
}

TEST_CASE("the pool does not grow while its workers are free", "[pool]") {
  TaskPool pool(64);
  const auto before = pool.threads();
  for (int i = 0; i < 200; ++i) {
    std::promise<void> done;
    pool.submit([&] { done.set_value(); });
    done.get_future().wait();
  }
  CHECK(pool.threads() == before);
}

TEST_CASE("workers that compute without end do not starve the others", "[pool]") {
  std::atomic<bool> over{false};
  std::promise<void> done;
  TaskPool pool(64);
  for (unsigned i = 0; i < 2 * std::max(2u, std::thread::hardware_concurrency()); ++i)
    pool.submit([&] {
      while (!over.load(std::memory_order_relaxed)) {
      }
    });
  pool.submit([&] { done.set_value(); });
  const auto found = done.get_future().wait_for(kPatience);
  over = true;
  CHECK(found == std::future_status::ready);
}

TEST_CASE("stop runs what is queued, and what that submits, later tasks are dropped", "[pool]") {
  std::atomic<int> ran{0};
  TaskPool pool(4);
  for (int i = 0; i < 100; ++i)
    pool.submit([&] {
      ++ran;
      pool.submit([&] { ++ran; });
    });
  pool.stop();
  CHECK(ran == 200);
  auto owned = std::make_shared<int>(1);
  pool.submit([owned] { std::abort(); });
  CHECK(owned.use_count() == 1);
}

TEST_CASE("an abandoned worker is replaced, not waited for, and ends when it comes back", "[pool]") {
  Gate stuck;
  std::atomic<int> ran{0};
  std::promise<void> unwound;
  struct Unwound {
    std::promise<void>& promise;
    ~Unwound() { promise.set_value(); }
  };
  {
    TaskPool pool(2);
    pool.submit([&] {
      const Unwound last{unwound};
      stuck.pass();
      throw TaskPool::Abandoned{};
    });
    REQUIRE(stuck.waitInside(1));
    pool.abandonOne();
    CHECK(pool.abandoned() == 1);
    CHECK(pool.threads() == 3);
    Gate both;  // Two others work at once: its place was taken.
    for (int i = 0; i < 2; ++i)
      pool.submit([&] {
        both.pass();
        ++ran;
      });
    CHECK(both.waitInside(2));
    both.release();
    pool.stop();
    CHECK(ran == 2);
  }
  stuck.release();
  CHECK(unwound.get_future().wait_for(kPatience) == std::future_status::ready);
}

TEST_CASE("an abandoned worker that comes back early is counted out", "[pool]") {
  Gate stuck;
  TaskPool pool(2);
  const auto before = pool.threads();
  pool.submit([&] {
    stuck.pass();
    throw TaskPool::Abandoned{};
  });
  REQUIRE(stuck.waitInside(1));
  pool.abandonOne();
  stuck.release();
  while (pool.abandoned() > 0) std::this_thread::yield();
  CHECK(pool.threads() == before);
}

TEST_CASE("a timer calls in the order of the times, and cancels", "[timer]") {
  Timer timer;
  std::mutex mutex;
  std::vector<int> order;
  std::promise<void> done;
  const auto now = Timer::Clock::now();
  const auto add = [&](int n) {
    return [&, n] {
      const std::lock_guard lock(mutex);
      order.push_back(n);
      if (n == 9) done.set_value();
    };
  };
  timer.at(now + 40ms, add(9));
  timer.at(now + 20ms, add(2));
  timer.at(now + 20ms, add(3));
  const auto dropped = timer.at(now + 25ms, add(4));
  timer.at(now - 1s, add(1));
  CHECK(timer.cancel(dropped));
  CHECK_FALSE(timer.cancel(dropped));
  REQUIRE(done.get_future().wait_for(kPatience) == std::future_status::ready);
  const std::lock_guard lock(mutex);
  CHECK(order == std::vector<int>{1, 2, 3, 9});
}

TEST_CASE("a timer's function may set another one, stop drops what is left", "[timer]") {
  std::promise<void> done;
  auto kept = std::make_shared<int>(0);
  Timer timer;
  timer.after(0ms, [&] { timer.after(0ms, [&] { done.set_value(); }); });
  timer.after(1h, [kept] { std::abort(); });
  REQUIRE(done.get_future().wait_for(kPatience) == std::future_status::ready);
  timer.stop();
  timer.after(0ms, [kept] { std::abort(); });
  timer.stop();
}

TEST_CASE("whether and when a failed call is repeated", "[retry]") {
  struct Row {
    std::string name;
    int code, retries, repeats;
    bool vary;
  };
  const auto row = GENERATE(values<Row>({
      {"transient", TROUPE_E_TRANSIENT, 4, 4, true},
      {"overloaded", TROUPE_E_OVERLOADED, 4, 4, true},
      {"rate limited", TROUPE_E_RATE_LIMITED, 4, 4, true},
      {"three identical", TROUPE_E_TRANSIENT, 9, 2, false},
      {"three identical of a busy service", TROUPE_E_OVERLOADED, 9, 9, false},
      {"three identical limits", TROUPE_E_RATE_LIMITED, 9, 9, false},
      {"malformed", TROUPE_E_MALFORMED, 4, 1, true},
      {"truncated", TROUPE_E_TRUNCATED, 4, 1, true},
      {"malformed, no retries", TROUPE_E_MALFORMED, 0, 0, true},
      {"transient, no retries", TROUPE_E_TRANSIENT, 0, 0, true},
      {"permanent", TROUPE_E_PERMANENT_REQUEST, 4, 0, true},
      {"auth", TROUPE_E_AUTH, 4, 0, true},
      {"quota", TROUPE_E_QUOTA_GONE, 4, 0, true},
      {"content", TROUPE_E_CONTENT, 4, 0, true},
      {"cancelled", TROUPE_E_CANCELLED, 4, 0, true},
      {"unsupported", TROUPE_E_UNSUPPORTED, 4, 0, true},
      {"internal", TROUPE_E_INTERNAL, 4, 0, true},
  }));
  CAPTURE(row.name);
  RetryPolicy policy(row.retries, {});
  int repeats = 0;
  while (policy.next({row.code, row.vary ? std::to_string(repeats) : "same", -1}, 1)) ++repeats;
  CHECK(repeats == row.repeats);
}

TEST_CASE("back-off doubles up to its cap, with full jitter, the service's word counts more", "[retry]") {
  RetryPolicy policy(100, {500ms, 8000ms});
  for (const std::int64_t ceiling : {500, 1000, 2000, 4000, 8000, 8000}) {
    RetryPolicy copy = policy;
    CHECK(copy.next({TROUPE_E_TRANSIENT, std::to_string(ceiling), -1}, static_cast<std::uint64_t>(ceiling))->count() ==
          ceiling);
    CHECK(policy.next({TROUPE_E_TRANSIENT, std::to_string(ceiling) + "b", -1}, static_cast<std::uint64_t>(ceiling) + 1)
              ->count() == 0);
  }
  CHECK(policy.next({TROUPE_E_RATE_LIMITED, "x", 12345}, 0)->count() == 12345);
  CHECK(policy.next({TROUPE_E_RATE_LIMITED, "y", 0}, 99)->count() == 0);
  RetryPolicy none(5, {0ms, 0ms});
  CHECK(none.next({TROUPE_E_TRANSIENT, "x", -1}, 99)->count() == 0);
}

TEST_CASE("a chatty source may log twenty lines, then five a second", "[log_limit]") {
  pipeline::LogLimit limit;
  const auto start = std::chrono::steady_clock::time_point{} + 1h;
  for (int i = 0; i < 20; ++i) CHECK(limit.pass("a", start) == 0);
  CHECK_FALSE(limit.pass("a", start));
  CHECK_FALSE(limit.pass("a", start + 100ms));
  CHECK(limit.pass("b", start) == 0);  // Each source for itself.
  CHECK(limit.pass("a", start + 210ms) == 2);
  CHECK_FALSE(limit.pass("a", start + 211ms));
  for (int i = 0; i < 20; ++i) CHECK(limit.pass("a", start + 60s).has_value());
  CHECK_FALSE(limit.pass("a", start + 60s));
}

journal::Event event(std::int64_t id) { return {id, 1, id, "log", "{}"}; }

TEST_CASE("a watcher gets what is after its cursor, and learns when it has fallen off the ring", "[hub]") {
  const std::atomic<bool> stop{false};
  EventHub hub(4);
  for (std::int64_t id = 11; id <= 13; ++id) hub.publish(event(id));
  auto batch = hub.wait(11, 0, 100, stop);
  CHECK_FALSE(batch.lagged);
  REQUIRE(batch.events.size() == 2);
  CHECK(batch.events[0]->id == 12);
  CHECK(batch.head == 13);
  CHECK(hub.wait(11, 0, 1, stop).events.size() == 1);
  CHECK(hub.wait(10, 0, 100, stop).events.size() == 3);
  CHECK(hub.wait(9, 0, 100, stop).lagged);  // What was before the first event is in the journal only.
  for (std::int64_t id = 14; id <= 16; ++id) hub.publish(event(id));
  CHECK(hub.wait(11, 0, 100, stop).lagged);
  CHECK(hub.wait(11, 0, 100, stop).events.empty());
  CHECK(hub.wait(12, 0, 100, stop).events.size() == 4);
  CHECK(hub.head() == 16);
}

TEST_CASE("what earlier processes have told is read from the journal, before anything new comes", "[hub]") {
  const std::atomic<bool> stop{false};
  EventHub hub;
  hub.startAfter(10);
  CHECK(hub.head() == 10);
  CHECK(hub.wait(9, 0, 100, stop).lagged);
  hub.publish(event(11));
  CHECK(hub.wait(9, 0, 100, stop).lagged);
  CHECK_FALSE(hub.wait(10, 0, 100, stop).lagged);
  CHECK(hub.wait(10, 0, 100, stop).events.size() == 1);
}

TEST_CASE("frames are conflated by key, newest version last", "[hub]") {
  const std::atomic<bool> stop{false};
  EventHub hub;
  hub.publishFrame(1, "progress", "progress", "1");
  hub.publishFrame(1, "node/a", "node", "2");
  hub.publishFrame(1, "progress", "progress", "3");
  const auto batch = hub.wait(0, 0, 10, stop);
  REQUIRE(batch.frames.size() == 2);
  CHECK(batch.frames[0].json == "2");
  CHECK(batch.frames[1].json == "3");
  CHECK(hub.wait(0, batch.frames[0].version, 10, stop).frames.size() == 1);
}

TEST_CASE("frames of several runs do not replace each other, and go with their run", "[hub]") {
  std::atomic<bool> stop{false};
  EventHub hub;
  hub.publishFrame(1, "progress", "progress", "1");
  hub.publishFrame(2, "progress", "progress", "2");
  CHECK(hub.wait(0, 0, 10, stop).frames.size() == 2);
  const auto batch = hub.wait(0, 0, 10, stop, 2);
  REQUIRE(batch.frames.size() == 1);
  CHECK(batch.frames[0].json == "2");
  CHECK(batch.frames[0].run == 2);
  CHECK(batch.frames[0].key == "progress");
  hub.dropFrames(1);
  CHECK(hub.wait(0, 0, 10, stop).frames.size() == 1);
  hub.dropFrames(2);
  // Who looks on neither spins for what is gone, nor for frames of others.
  auto all = std::async(std::launch::async, [&] { return hub.wait(0, 0, 10, stop); });
  auto one = std::async(std::launch::async, [&] { return hub.wait(0, 0, 10, stop, 2); });
  CHECK(all.wait_for(std::chrono::milliseconds(20)) == std::future_status::timeout);
  hub.publishFrame(3, "progress", "progress", "3");
  CHECK(all.get().frames.size() == 1);
  CHECK(one.wait_for(std::chrono::milliseconds(20)) == std::future_status::timeout);
  hub.publishFrame(2, "progress", "progress", "4");
  CHECK(one.get().frames.at(0).json == "4");
}

TEST_CASE("a watcher wakes for an event, a close and a stop", "[hub]") {
  EventHub hub;
  std::atomic<bool> stop{false};
  auto waiting = std::async(std::launch::async, [&] { return hub.wait(0, 0, 10, stop); });
  SECTION("event") {
    hub.publish(event(1));
    CHECK(waiting.get().events.size() == 1);
  }
  SECTION("close") {
    hub.close();
    CHECK(waiting.get().closed);
  }
  SECTION("stop") {
    stop = true;
    hub.wake();
    CHECK(waiting.get().events.empty());
  }
}

TEST_CASE("a pipeline as a graph", "[graph]") {
  Board board;
  auto text = PipelineText::ensemble(board)
                  .node("judge", "sample_scorer", R"(["a","c"])")
                  .inputs("vote", R"(["score","judge"])");
  text.inputs("source", R"({"examples":{"from":"memory","lag":16}})")
      .node("memory", "store", R"(["keep"])")
      .node("sink", "sink");
  text.node("second", "filter", R"(["keep"])").inputs("store", R"(["second"])");
  config::CheckOptions options;
  const auto pipeline = config::checkPipeline(text.text(), "t.json", catalog(), options);
  const auto graph = pipeline::buildGraph(pipeline);
  const auto names = [&](const std::vector<int>& nodes) {
    std::string all;
    for (const int node : nodes) all += graph.name(node) + " ";
    return all;
  };
  CHECK(graph.name(graph.source) == "source");
  CHECK(graph.name(graph.selector) == "vote");
  CHECK(names(graph.providers) == "a b c ");
  CHECK(names(graph.candidates) == "a b c ");
  CHECK(names(graph.scorers) == "score judge ");
  CHECK(names(graph.filters) == "keep second ");
  CHECK(names(graph.stores) == "store ");
  CHECK(names(graph.feedback) == "memory ");
  CHECK(names(graph.sinks) == "sink ");
  const auto& source = graph.nodes[static_cast<std::size_t>(graph.source)];
  REQUIRE(source.delayed.size() == 1);
  CHECK(source.delayed[0].lag == 16);
  CHECK(source.delayed[0].port == "examples");
  CHECK(graph.nodes[static_cast<std::size_t>(graph.feedback[0])].previous_port == "previous");
  CHECK(graph.nodes[static_cast<std::size_t>(graph.scorers[0])].per_candidate);
  CHECK_FALSE(graph.nodes[static_cast<std::size_t>(graph.scorers[1])].per_candidate);
  CHECK(graph.nodes[static_cast<std::size_t>(graph.providers[0])].may_block);
}

SettledSample settled(std::int64_t index, bool ok, double quality = 8) {
  SettledSample sample;
  sample.index = index;
  sample.genre = index % 2 == 0 ? "fantasy" : "noir";
  sample.ok = ok;
  sample.reason = ok ? "" : "no candidate";
  if (ok) {
    sample.winner = "a";
    sample.quality = quality;
    sample.kept = quality >= 8;
    if (sample.kept) sample.saved.push_back({"store", "12"});
    sample.candidates.push_back({"a", "model", quality, 10, 2});
  } else {
    sample.failures.push_back({"a", {TROUPE_E_TRANSIENT, "down", -1}, 3});
  }
  sample.candidates.push_back({"b", "model", std::nullopt, 30, 1});  // Nobody has judged it.
  return sample;
}

TEST_CASE("counts of a run", "[stats]") {
  RunStats stats(4, {"a", "b"});
  RunStats::Now now;
  now.phase = "generating";
  auto progress = parsed(stats.progress(now));
  CHECK(progress["latest_quality"].GetDouble() == 0.0);
  CHECK(progress["best_model"] == "-");
  CHECK(progress["current_genre"] == "-");
  CHECK(progress["eta_s"].IsNull());
  stats.settle(settled(0, true, 9));
  stats.settle(settled(1, false));
  stats.settle(settled(2, true, 7.5));
  now.eta = pipeline::EtaRange{1.26, 0.5, std::numeric_limits<double>::infinity()};
  now.waiting_for = "a: slow down";
  progress = parsed(stats.progress(now));
  CHECK(progress["current"].GetInt64() == 3);
  CHECK(progress["percentage"].GetDouble() == Approx(75));
  CHECK(progress["successful"].GetInt64() == 2);
  CHECK(progress["failed"].GetInt64() == 1);
  CHECK(progress["stories_saved"].GetInt64() == 1);
  CHECK(progress["below_threshold"].GetInt64() == 1);
  CHECK(progress["latest_quality"].GetDouble() == 7.5);
  CHECK(progress["eta_s"].GetDouble() == Approx(1.3));
  CHECK(progress["eta_high_s"].IsNull());
  CHECK(progress["waiting_for"] == "a: slow down");
  const auto told = parsed("{" + stats.sampleEvent(settled(1, false), now) + "}");
  CHECK(told["quality"].IsNull());
  CHECK(told["model"].IsNull());
  CHECK(told["reason"] == "no candidate");
  CHECK(told["failures"][0]["code"] == "transient");
  const auto result = parsed(stats.result("r", "complete", 12.34, "[12]", "null"));
  CHECK(result["elapsed_s"].GetDouble() == Approx(12.3));
  const auto& a = result["models"][0];
  CHECK(a["wins"].GetInt64() == 2);
  CHECK(a["candidates"].GetInt64() == 2);
  CHECK(a["failures"].GetInt64() == 1);
  CHECK(a["calls"].GetInt64() == 3);
  CHECK(a["retries"].GetInt64() == 4);
  CHECK(a["mean_quality"].GetDouble() == Approx(8.25));
  CHECK(a["mean_latency_ms"].GetDouble() == Approx(10));
  const auto& b = result["models"][1];
  CHECK(b["calls"].GetInt64() == 3);
  CHECK(b["mean_quality"].IsNull());
  CHECK(result["genres"]["fantasy"].GetInt64() == 2);
  const auto& fantasy = result["coverage"]["fantasy"];
  CHECK(fantasy["samples"].GetInt64() == 2);
  CHECK(fantasy["successful"].GetInt64() == 2);
  CHECK(fantasy["kept"].GetInt64() == 1);
  CHECK(fantasy["saved"].GetInt64() == 1);
  CHECK(fantasy["reached"].GetInt64() == 0);
  CHECK(result["coverage"]["noir"]["samples"].GetInt64() == 1);
  CHECK(result["coverage"]["noir"]["successful"].GetInt64() == 0);
}

TEST_CASE("counts of who was skipped and who was good enough", "[stats]") {
  RunStats stats(4, {"a", "b"});
  auto sample = settled(0, true, 9);
  sample.candidates.pop_back();
  sample.reached = {"a"};
  sample.skipped = {"b"};
  stats.settle(sample);
  RunStats::Now now;
  now.phase = "generating";
  const auto told = parsed("{" + stats.sampleEvent(sample, now) + "}");
  CHECK(told["skipped"].Size() == 1);
  CHECK(told["skipped"][0] == "b");
  const auto table = parsed(stats.table());
  CHECK(table["models"][0]["reached"].GetInt64() == 1);
  CHECK(table["models"][0]["skipped"].GetInt64() == 0);
  CHECK(table["models"][1]["calls"].GetInt64() == 0);
  CHECK(table["models"][1]["skipped"].GetInt64() == 1);
  CHECK(table["coverage"]["fantasy"]["reached"].GetInt64() == 1);
}

TEST_CASE("a run of nothing is all done", "[stats]") {
  RunStats stats(0, {});
  RunStats::Now now;
  now.phase = "complete";
  CHECK(parsed(stats.progress(now))["percentage"].GetDouble() == 100.0);
}

}  // namespace
}  // namespace troupe::test
