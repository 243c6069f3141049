#include <malloc.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <random>

#include "host/server/stream_rig.hpp"

using namespace troupe::test;

namespace {

/// A hub over what an earlier process has committed.
struct Restarted {
  explicit Restarted(std::int64_t old) {
    for (std::int64_t id = 1; id <= old; ++id) rig.committed.add(id, 1);
  }
  StreamRig rig;
};

std::size_t heapInUse() { return ::mallinfo2().uordblks; }

}  // namespace

TEST_CASE("what was committed before the hub began is read back, and going live leaves no gap") {
  Restarted now(1000);
  auto from_zero = now.rig.join(0), from_the_middle = now.rig.join(500), from_the_head = now.rig.join(1000);
  now.rig.publish(1001);
  auto after_the_first = now.rig.join(999);
  now.rig.publish(1002);
  for (std::int64_t id = 1; id <= 1002; ++id) CHECK(from_zero.id() == id);
  for (std::int64_t id = 501; id <= 1002; ++id) CHECK(from_the_middle.id() == id);
  for (std::int64_t id = 1001; id <= 1002; ++id) CHECK(from_the_head.id() == id);
  for (std::int64_t id = 1000; id <= 1002; ++id) CHECK(after_the_first.id() == id);
}

TEST_CASE("without a replay a reader is live at once, and is closed when it has missed something") {
  StreamHub::Options options;
  options.ring_frames = 2;
  StreamHub hub(options);
  StreamHub::StreamSpec spec;
  const auto stream = hub.addStream(spec);
  Loopback loopback;
  auto [client, server] = loopback.connect();
  CHECK(hub.subscribe(stream, {handOver(server), "a", 0, 77, "", nullptr}) == StreamHub::Refusal::none);
  LineReader reader(client);
  for (std::int64_t id = 78; id < 90; ++id) {
    hub.publish(stream, {id, 1, "", bytes(std::to_string(id) + "\n"), false});
    CHECK(reader.id() == id);
  }
  auto [late, its_server] = loopback.connect();
  CHECK(hub.subscribe(stream, {handOver(its_server), "a", 0, 80, "", nullptr}) == StreamHub::Refusal::none);
  CHECK(LineReader(late).next() == std::nullopt);
}

TEST_CASE("a replay that throws, or answers nonsense, ends that stream and no other") {
  StreamHub::StreamSpec spec;
  std::atomic<int> kind{0};
  spec.replay = [&](auto, std::int64_t after, auto) -> std::vector<StreamFrame> {
    if (kind == 1) throw std::runtime_error("the journal cannot be read");
    if (kind == 2) throw 42;
    if (kind == 3) return {{after, 1, "", bytes("again\n"), false}};
    return {};
  };
  StreamRig rig({}, spec);
  auto healthy = rig.join(0);
  rig.publish(10);
  CHECK(healthy.id() == 10);
  for (const int bad : {1, 2, 3}) {
    kind = bad;
    std::atomic<int> gone{0};
    auto reader = rig.join(3, 0, [&] { ++gone; });
    CHECK(reader.next() == "hello");
    CHECK(reader.next() == std::nullopt);
    waitUntil([&] { return gone == 1; });
  }
  rig.publish(11);
  CHECK(healthy.id() == 11);
}

TEST_CASE("a long replay needs memory for a page, not for all of it") {
  constexpr std::int64_t kFrames = 100'000;
  StreamHub::StreamSpec spec;
  std::atomic<std::size_t> largest{0};
  std::atomic<std::int64_t> read_to{0};
  spec.replay = [&](auto, std::int64_t after, std::size_t limit) {
    std::vector<StreamFrame> page;
    for (auto id = after + 1; id <= kFrames && page.size() < limit; ++id)
      page.push_back({id, 1, "", bytes(std::to_string(id) + " " + std::string(300, 'x') + "\n"), false});
    largest = std::max(largest.load(), page.size());
    if (!page.empty()) read_to = page.back().id;
    return page;
  };
  StreamRig rig({}, spec);
  const auto before = heapInUse();
  auto reader = rig.join(0, 0, nullptr, 64 << 10);
  CHECK(reader.next() == "hello");
  for (std::int64_t id = 1; id <= 10; ++id) CHECK(reader.id() == id);
  std::size_t most = 0;
  bool bounded = true;
  for (std::int64_t id = 11; id <= kFrames; ++id) {
    REQUIRE(reader.id() == id);
    if (id % 1000 == 0) most = std::max(most, heapInUse());
    // What is read back beyond what was taken fits into the sockets' buffers.
    bounded = bounded && read_to - id < 20'000;
  }
  CHECK(bounded);
  CHECK(largest <= 1000);
  CHECK(most - std::min(most, before) < 4u << 20);
  rig.hub.publish(rig.stream, {kFrames + 1, 1, "", bytes(std::to_string(kFrames + 1) + "\n"), false});
  CHECK(reader.id() == kFrames + 1);
}

TEST_CASE("many that ask for the same are answered with one reading") {
  StreamHub::StreamSpec spec;
  std::atomic<int> readings{0};
  std::mutex gate;
  spec.replay = [&](auto, std::int64_t after, auto) -> std::vector<StreamFrame> {
    const std::lock_guard wait(gate);
    ++readings;
    if (after >= 100) return {};
    return {{100, 1, "", bytes("100\n"), false}};
  };
  StreamHub::Options options;
  options.per_address = 1000;
  StreamRig rig(options, spec);
  std::vector<LineReader> readers;
  {
    const std::lock_guard hold(gate);
    for (int i = 0; i < 100; ++i) readers.push_back(rig.join(7));
    for (auto& reader : readers) CHECK(reader.next() == "hello");
    waitUntil([&] { return rig.hub.figures().replays == 100; });
  }
  for (auto& reader : readers) CHECK(reader.id() == 100);
  CHECK(readings <= 2 + 100);  // The pages after it are asked for as each reader comes to them.
  rig.hub.publish(rig.stream, {101, 1, "", bytes("101\n"), false});
  for (auto& reader : readers) CHECK(reader.id() == 101);
}

TEST_CASE("cut anywhere and come back with the last id: the sequence is complete") {
  const auto seed =
      static_cast<unsigned>(scaled("TROUPE_SEED", static_cast<int>(std::random_device{}() & 0x7fffffffU)));
  const int cuts = scaled("TROUPE_CUTS", 300);
  INFO("seed " << seed << ", " << cuts << " cuts");
  StreamHub::Options options;
  options.ring_frames = 100;
  options.conflate = 1ms;
  StreamRig rig(options);
  std::mt19937 random(seed);
  std::jthread publisher([&, own = std::mt19937(seed + 1)](const std::stop_token& stop) mutable {
    for (std::int64_t id = 1; !stop.stop_requested(); ++id) {
      rig.publish(id, 1 + static_cast<std::int64_t>(own() % 2), own() % 300);
      if (own() % 4 == 0) rig.tell("progress", "p" + std::to_string(id));
      if (own() % 8 == 0) std::this_thread::sleep_for(100us);
    }
  });
  std::vector<std::int64_t> got;
  for (int cut = 0; cut < cuts; ++cut) {
    auto [client, server] = rig.loopback.connect();
    const auto cursor = got.empty() ? 0 : got.back();
    REQUIRE(rig.hub.subscribe(rig.stream, {handOver(server), "a", 0, cursor, "hello\n", nullptr}) ==
            StreamHub::Refusal::none);
    client.setReceiveTimeout(Poco::Timespan(20, 0));
    auto left = random() % 20'000;
    std::string text;
    char chunk[4096];
    while (left > 0) {
      const auto size = client.receiveBytes(chunk, static_cast<int>(std::min<std::size_t>(left, sizeof chunk)));
      REQUIRE(size > 0);
      text.append(chunk, static_cast<std::size_t>(size));
      left -= static_cast<unsigned>(size);
    }
    if (random() % 2 == 0) client.setLinger(true, 0);  // A reset instead of an end.
    client.close();
    std::size_t at = 0;
    for (auto end = text.find('\n'); end != std::string::npos; at = end + 1, end = text.find('\n', at))
      if (text[at] >= '0' && text[at] <= '9') got.push_back(std::stoll(text.substr(at, end - at)));
  }
  publisher.request_stop();
  publisher.join();
  REQUIRE(!got.empty());
  auto want = rig.committed.ids(0, 0);
  want.resize(std::min(want.size(), got.size()));
  CHECK(got == want);
  waitUntil([&] { return rig.hub.figures().subscribers == 0; });
}
