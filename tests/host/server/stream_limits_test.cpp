#include <catch2/catch.hpp>

#include "host/server/stream_rig.hpp"

using namespace troupe::test;

TEST_CASE("the caps hold, for all and for one address, and are free again when somebody goes") {
  StreamHub::Options options;
  options.subscribers = 3;
  options.per_address = 2;
  StreamRig rig(options);
  const auto join = [&](const std::string& address) {
    auto [client, server] = rig.loopback.connect();
    const auto refusal = rig.hub.subscribe(rig.stream, {handOver(server), address, 0, 0, "hello\n", nullptr});
    return std::make_pair(refusal, client);
  };
  auto first = join("a"), second = join("a");
  CHECK(second.first == StreamHub::Refusal::none);
  CHECK(rig.hub.admits("a") == StreamHub::Refusal::address_full);
  CHECK(rig.hub.admits("b") == StreamHub::Refusal::none);
  auto third = join("a");
  CHECK(third.first == StreamHub::Refusal::address_full);
  CHECK(LineReader(third.second).next() == std::nullopt);  // Its socket is closed.
  auto fourth = join("b");
  CHECK(fourth.first == StreamHub::Refusal::none);
  CHECK(rig.hub.admits("c") == StreamHub::Refusal::full);
  CHECK(join("c").first == StreamHub::Refusal::full);
  CHECK(rig.hub.subscribers(rig.stream) == 3);
  first.second.close();
  waitUntil([&] { return rig.hub.admits("a") == StreamHub::Refusal::none; });
  CHECK(join("a").first == StreamHub::Refusal::none);
}

TEST_CASE("one who reads back counts") {
  StreamHub::Options options;
  options.subscribers = 1;
  std::mutex gate;
  StreamHub::StreamSpec spec;
  spec.replay = [&](auto, auto, auto) -> std::vector<StreamFrame> {
    const std::lock_guard wait(gate);
    return {};
  };
  StreamRig rig(options, spec);
  std::unique_lock hold(gate);
  auto reader = rig.join(5);
  CHECK(reader.next() == "hello");
  CHECK(rig.hub.admits("b") == StreamHub::Refusal::full);
  hold.unlock();
  rig.publish(6);
  CHECK(reader.id() == 6);
}

TEST_CASE("a shutdown sends what is pending and the goodbye, then ends") {
  StreamHub::StreamSpec spec;
  spec.bye = [] { return bytes("bye\n"); };
  StreamHub::Options options;
  options.per_address = 1000;
  StreamRig rig(options, spec);
  std::atomic<int> gone{0};
  std::vector<LineReader> readers;
  for (int i = 0; i < 20; ++i) readers.push_back(rig.join(0, 0, [&] { ++gone; }));
  for (auto& reader : readers) CHECK(reader.next() == "hello");
  for (std::int64_t id = 1; id <= 200; ++id) rig.publish(id, 1, 5000);
  std::jthread closer([&] { rig.hub.shutdown(10s); });
  for (auto& reader : readers) {
    for (std::int64_t id = 1; id <= 200; ++id) REQUIRE(reader.id() == id);
    CHECK(reader.next() == "bye");
    CHECK(reader.next() == std::nullopt);
    reader.socket().close();
  }
  closer.join();
  CHECK(gone == 20);
  CHECK(rig.hub.admits("a") == StreamHub::Refusal::closing);
  CHECK(rig.join().next() == std::nullopt);
  CHECK(rig.refusal == StreamHub::Refusal::closing);
  rig.publish(201);  // Nobody minds.
}

TEST_CASE("a shutdown does not wait longer than it may for those who do not read") {
  StreamHub::StreamSpec spec;
  spec.bye = [] { return bytes("bye\n"); };
  StreamRig rig({}, spec);
  std::atomic<int> gone{0};
  auto stuck = rig.join(
           0, 0, [&] { ++gone; }, 4096),
       idle = rig.join(0, 0, [&] { ++gone; });
  for (std::int64_t id = 1; id <= 200; ++id) rig.publish(id, 2, 50'000);
  CHECK(idle.id() == 1);
  const auto began = std::chrono::steady_clock::now();
  rig.hub.shutdown(300ms);
  const auto took = std::chrono::steady_clock::now() - began;
  CHECK(took >= 290ms);
  CHECK(took < 3s);
  CHECK(gone == 2);
  CHECK(rig.hub.figures().subscribers == 0);
}

TEST_CASE("a hub that goes away closes what is open and says so") {
  std::atomic<int> gone{0};
  std::vector<LineReader> readers;
  {
    StreamRig rig;
    for (int i = 0; i < 3; ++i) readers.push_back(rig.join(0, 0, [&] { ++gone; }));
  }
  CHECK(gone == 3);
  for (auto& reader : readers) {
    while (reader.next()) {
    }
  }
}

TEST_CASE("publishing wakes nobody when there is nobody, and what was published is there for the next") {
  StreamHub::Options options;
  options.ring_frames = 100;
  StreamRig rig(options);
  for (std::int64_t id = 1; id <= 1050; ++id) rig.publish(id);
  auto reader = rig.join(0);
  for (std::int64_t id = 1; id <= 1050; ++id) REQUIRE(reader.id() == id);
  auto recent = rig.join(1049);
  CHECK(recent.id() == 1050);
}

TEST_CASE("a shutdown does not wait for a replay, and sends what the ring has all the same") {
  std::mutex gate;
  StreamHub::StreamSpec spec;
  spec.bye = [] { return bytes("bye\n"); };
  spec.replay = [&](auto, auto, auto) -> std::vector<StreamFrame> {
    const std::lock_guard wait(gate);
    return {};
  };
  StreamHub::Options options;
  options.ring_frames = 2;
  StreamRig rig(options, spec);
  std::unique_lock hold(gate);
  auto near = rig.join(6), far = rig.join(2);
  CHECK(near.next() == "hello");
  CHECK(far.next() == "hello");
  for (std::int64_t id = 5; id <= 8; ++id) rig.publish(id);
  std::jthread closer([&] { rig.hub.shutdown(10s); });
  CHECK(near.next() == "7");
  CHECK(near.next() == "8");
  CHECK(near.next() == "bye");
  CHECK(far.next() == "bye");
  CHECK(far.next() == std::nullopt);
  hold.unlock();
}
