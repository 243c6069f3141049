#include <sys/socket.h>

#include <algorithm>
#include <catch2/catch.hpp>

#include "host/server/stream_rig.hpp"

using namespace troupe::test;

TEST_CASE("a reader that never reads is dropped after the stall time, and nobody else notices") {
  StreamHub::Options options;
  options.stall = 400ms;
  options.ring_bytes = 1u << 20;
  StreamRig rig(options);
  std::atomic<int> gone{0};
  auto stalled = rig.join(
      0, 0, [&] { ++gone; }, 4096);
  auto healthy = rig.join();
  const auto began = std::chrono::steady_clock::now();
  auto slowest = 0ns;
  std::int64_t id = 0;
  // Until its buffers are full and the time is over.
  for (; gone == 0; ++id) {
    REQUIRE(std::chrono::steady_clock::now() - began < 20s);
    const auto at = std::chrono::steady_clock::now();
    rig.publish(id + 1, 1, 10'000);
    REQUIRE(healthy.id() == id + 1);
    slowest = std::max<std::chrono::nanoseconds>(slowest, std::chrono::steady_clock::now() - at);
    std::this_thread::sleep_for(1ms);
  }
  CHECK(std::chrono::steady_clock::now() - began >= options.stall);
  CHECK(slowest < options.stall);
  CHECK(rig.hub.figures().dropped_stalled == 1);
  CHECK(rig.hub.figures().subscribers == 1);
}

TEST_CASE("a reader of one byte at a time gets everything") {
  StreamRig rig;
  auto slow = rig.join(0, 0, nullptr, 4096);
  for (std::int64_t id = 1; id <= 500; ++id) rig.publish(id, 1, 100);
  std::string text;
  char byte = 0;
  for (int lines = 0; lines < 501 && slow.socket().receiveBytes(&byte, 1) == 1; text += byte)
    lines += byte == '\n' ? 1 : 0;
  std::string want = "hello\n";
  for (std::int64_t id = 1; id <= 500; ++id) want += std::to_string(id) + " " + std::string(100, 'x') + "\n";
  CHECK(text == want);
}

TEST_CASE("a slow reader that takes bytes is not taken for a stalled one, and reads back what left the ring") {
  StreamHub::Options options;
  options.stall = 300ms;
  options.ring_frames = 16;
  StreamRig rig(options);
  auto slow = rig.join(0, 0, nullptr, 4096);
  constexpr std::int64_t kFrames = 3000;
  for (std::int64_t id = 1; id <= kFrames; ++id) rig.publish(id, 1, 1000);
  CHECK(slow.next() == "hello");
  for (std::int64_t id = 1; id <= kFrames; ++id) {
    REQUIRE(slow.id() == id);
    if (id % 150 == 0) std::this_thread::sleep_for(50ms);
  }
  CHECK(rig.hub.figures().dropped_stalled == 0);
  CHECK(rig.hub.figures().replays > 1);
}

TEST_CASE("a client that goes away is noticed, however it goes") {
  StreamRig rig;
  std::atomic<int> gone{0};
  auto reader = rig.join(0, 0, [&] { ++gone; });
  auto other = rig.join();
  CHECK(reader.next() == "hello");
  SECTION("it closes") { reader.socket().close(); }
  SECTION("it closes its sending side") { reader.socket().shutdownSend(); }
  SECTION("it resets") {
    reader.socket().setLinger(true, 0);
    reader.socket().close();
  }
  SECTION("it resets with much under way to it") {
    for (std::int64_t id = 1; id <= 100; ++id) rig.publish(id, 1, 100'000);
    reader.id();
    reader.socket().setLinger(true, 0);
    reader.socket().close();
  }
  SECTION("it talks and talks") {
    const std::string chatter(8192, 'x');
    try {
      for (int i = 0; i < 1000 && gone == 0; ++i)
        reader.socket().sendBytes(chatter.data(), static_cast<int>(chatter.size()));
    } catch (const Poco::Exception&) {
    }
  }
  waitUntil([&] { return gone == 1; });
  CHECK(rig.hub.figures().subscribers == 1);
  rig.publish(1000);
  while (other.id() != 1000) {
  }
  CHECK(gone == 1);
}

TEST_CASE("a client may say a little, and one that is gone before it is seen is told so") {
  StreamRig rig;
  auto reader = rig.join();
  reader.socket().sendBytes("\r\n", 2);
  rig.publish(1);
  CHECK(reader.id() == 1);
  std::atomic<int> gone{0};
  auto [client, server] = rig.loopback.connect();
  client.setLinger(true, 0);
  client.close();
  CHECK(rig.hub.subscribe(rig.stream, {handOver(server), "a", 0, 0, "hello\n", [&] { ++gone; }}) ==
        StreamHub::Refusal::none);
  waitUntil([&] { return gone == 1; });
}

TEST_CASE("a callback may throw or use the hub") {
  StreamRig rig;
  std::atomic<int> calls{0};
  rig.join(0, 0, [&] {
    ++calls;
    throw std::runtime_error("not your concern");
  });
  rig.join(0, 0, [&] {
    rig.publish(7);
    if (rig.hub.figures().subscribers < 3) ++calls;
  });
  auto reader = rig.join();
  CHECK(reader.id() == 7);
  waitUntil([&] { return calls == 2; });
}
