#include <algorithm>
#include <catch2/catch.hpp>
#include <random>

#include "host/server/stream_rig.hpp"

using namespace troupe::test;

TEST_CASE("every reader gets every frame once and in order, whenever it comes and whatever it has") {
  const auto seed =
      static_cast<unsigned>(scaled("TROUPE_SEED", static_cast<int>(std::random_device{}() & 0x7fffffffU)));
  INFO("seed " << seed);
  StreamHub::Options options;
  options.ring_frames = 64;  // Most have to read back.
  options.per_address = 1000;
  StreamRig rig(options);
  std::mt19937 random(seed);
  constexpr std::int64_t kFrames = 3000;
  std::atomic<std::int64_t> head{0};
  std::vector<std::jthread> readers;
  std::atomic<int> wrong{0};
  std::atomic<int> done{0};
  for (int t = 0; t < 4; ++t)
    readers.emplace_back([&, own = std::mt19937(seed + static_cast<unsigned>(t))]() mutable {
      countFailure(wrong, [&] {
        for (int i = 0; i < 40; ++i) {
          const auto at = head.load();
          const auto cursor = static_cast<std::int64_t>(own() % static_cast<unsigned>(at + 1));
          const auto run = static_cast<std::int64_t>(own() % 3);
          auto reader = rig.join(cursor, run);
          const auto until =
              std::min<std::int64_t>(at + 300, kFrames) / 30 * 30;  // Multiples of 30 belong to everybody.
          std::vector<std::int64_t> got;
          while (got.empty() || got.back() < until) {
            if (until <= cursor) break;
            got.push_back(reader.id());
          }
          auto want = rig.committed.ids(run, cursor);
          want.resize(std::min(want.size(), got.size()));
          if (want != got) ++wrong;
          ++done;
        }
      });
    });
  for (std::int64_t id = 1; id <= kFrames; ++id) {
    if (id % 30 == 0)
      rig.publish(id, 0);
    else if (id % 7 != 0)  // Ids have holes.
      rig.publish(id, 1 + static_cast<std::int64_t>(random() % 2));
    head = id;
    if (id * 160 > (done + 24) * kFrames) std::this_thread::sleep_for(100us);  // So that readers come during all of it.
  }
  for (auto& reader : readers) reader.join();
  CHECK(wrong == 0);
}

TEST_CASE("a reader of one run gets that run and what is for everybody") {
  StreamRig rig;
  auto one = rig.join(0, 1), two = rig.join(0, 2), all = rig.join(0, 0);
  for (std::int64_t id = 1; id <= 9; ++id) rig.publish(id, id % 3);
  for (const std::int64_t id : {1, 3, 4, 6, 7, 9}) CHECK(one.id() == id);
  for (const std::int64_t id : {2, 3, 5, 6, 8, 9}) CHECK(two.id() == id);
  for (std::int64_t id = 1; id <= 9; ++id) CHECK(all.id() == id);
}

TEST_CASE("an id that was published already is not sent again") {
  StreamRig rig;
  auto reader = rig.join();
  rig.publish(5);
  CHECK(reader.next() == "hello");
  CHECK(reader.id() == 5);
  rig.hub.publish(rig.stream, {4, 1, "", bytes("4\n"), false});
  rig.hub.publish(rig.stream, {5, 1, "", bytes("5\n"), false});
  rig.publish(6);
  CHECK(reader.id() == 6);
}

TEST_CASE("frames without bytes are passed over, large ones arrive whole") {
  StreamRig rig;
  auto reader = rig.join();
  rig.publish(1);
  rig.hub.publish(rig.stream, {2, 1, "", nullptr, false});
  rig.hub.publish(rig.stream, {3, 1, "", bytes(""), false});
  rig.publish(4, 1, 3'000'000);
  rig.publish(5);
  CHECK(reader.next() == "hello");
  CHECK(reader.next() == "1");
  CHECK(reader.next() == "4 " + std::string(3'000'000, 'x'));
  CHECK(reader.next() == "5");
}

TEST_CASE("ephemeral frames come as the latest of their key, at most one group in the given time") {
  StreamHub::Options options;
  options.conflate = 50ms;
  StreamRig rig(options);
  auto all = rig.join(), one = rig.join(0, 1);
  CHECK(all.next() == "hello");
  CHECK(one.next() == "hello");
  rig.publish(1, 0);
  CHECK(all.next() == "1");  // Both are live.
  CHECK(one.next() == "1");
  const auto began = std::chrono::steady_clock::now();
  for (int i = 1; i <= 1000; ++i) {
    rig.tell("progress", "p" + std::to_string(i), 1);
    rig.tell("progress", "q" + std::to_string(i), 2);
  }
  std::vector<std::string> got;
  while (std::count(got.begin(), got.end(), "~p1000") + std::count(got.begin(), got.end(), "~q1000") < 2)
    got.push_back(*all.next());
  const auto groups = 1 + (std::chrono::steady_clock::now() - began) / options.conflate;
  CHECK(static_cast<long>(got.size()) <= 2 * (groups + 1));
  while (one.next() != "~p1000") {
  }
  rig.publish(2);
  CHECK(one.next() == "2");
  SECTION("a run's last frame is not followed by what it said before") {
    for (int i = 0; i < 20; ++i) rig.tell("progress", "late", 1);
    rig.publish(3, 1, 0, true);
    rig.publish(4, 2);
    std::vector<std::string> lines;
    while (lines.empty() || lines.back() != "4") lines.push_back(*all.next());
    CHECK(std::find(std::find(lines.begin(), lines.end(), "3"), lines.end(), "~late") == lines.end());
  }
}

TEST_CASE("who was sent nothing for a while is sent a heartbeat, others are not") {
  StreamHub::StreamSpec spec;
  spec.heartbeat = 60ms;
  spec.heartbeat_bytes = [] { return bytes(": heartbeat\n"); };
  StreamRig rig({}, spec);
  auto idle = rig.join(0, 2), busy = rig.join(0, 1);
  std::jthread publisher([&](const std::stop_token& stop) {
    for (std::int64_t id = 1; !stop.stop_requested(); ++id) {
      rig.publish(id, 1);
      std::this_thread::sleep_for(5ms);
    }
  });
  CHECK(idle.next() == "hello");
  const auto began = std::chrono::steady_clock::now();
  for (int i = 0; i < 5; ++i) CHECK(idle.next() == ": heartbeat");
  const auto took = std::chrono::steady_clock::now() - began;
  publisher.request_stop();
  publisher.join();
  CHECK(took >= 4 * 60ms);
  CHECK(took < 5 * 60ms + 2s);
  int beats = 0;
  std::int64_t id = 0;
  while (id < rig.committed.ids(0, 0).back()) {
    const auto line = busy.next().value();
    if (line == ": heartbeat") ++beats;
    if (line != "hello" && line != ": heartbeat") id = std::stoll(line);
  }
  CHECK(beats <= 1);  // A busy machine may let the publisher sleep for long.
}

TEST_CASE("readers of one run see the end of the stream after its last frame, and others go on") {
  StreamRig rig;
  std::atomic<int> gone{0};
  auto one = rig.join(0, 1, [&] { ++gone; }), all = rig.join(0, 0, [&] { ++gone; });
  rig.publish(1, 1);
  rig.publish(2, 1, 200'000, true);
  rig.publish(3, 1);
  CHECK(one.next() == "hello");
  CHECK(one.next() == "1");
  CHECK(one.next()->size() == 200'002);
  CHECK(one.next() == std::nullopt);
  CHECK(one.rest().empty());
  one.socket().close();
  for (std::int64_t id = 1; id <= 3; ++id) CHECK(all.id() == id);
  waitUntil([&] { return gone == 1; });
  SECTION("also when it is read back") {
    StreamHub::Options options;
    options.ring_frames = 1;
    StreamRig small(options);
    for (std::int64_t id = 1; id <= 600; ++id) small.publish(id, 1 + id % 2, 0, id == 600);
    small.publish(601, 2);
    auto late = small.join(0, 1);
    std::int64_t last = 0;
    CHECK(late.next() == "hello");
    while (const auto line = late.next()) last = std::stoll(*line);
    CHECK(last == 600);
  }
}
