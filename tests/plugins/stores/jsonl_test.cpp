#include <catch2/catch.hpp>

#include <fcntl.h>
#include <sys/file.h>

#include <atomic>
#include <chrono>
#include <set>
#include <thread>

#include "child.hpp"
#include "line_store.hpp"
#include "samples.hpp"

namespace {

using troupe::Error;
using troupe::jsonl_store::keyOf;
using troupe::jsonl_store::Line;
using troupe::jsonl_store::LineStore;
using troupe::jsonl_store::Shape;
using troupe::test::Child;
using troupe::test::FakeCall;
using troupe::test::FakeHost;
using troupe::test::FakeNode;
using troupe::test::readFile;
using troupe::test::SampleText;
using troupe::test::StoreCall;
using troupe::test::TempDir;

const troupe_node& plugin() {
  static const troupe::test::PluginFile file(TROUPE_PLUGIN_DIR "/store.jsonl.troupe");
  return file.node("troupe.store.jsonl");
}

std::string options(const std::filesystem::path& path, const std::string& shape = "text") {
  return R"({"path":")" + path.string() + R"(","shape":")" + shape + R"("})";
}

Line line(int index, const std::string& run = "r", const std::string& text = "words") {
  return {{run, index},
          R"({"run":")" + run + R"(","index":)" + std::to_string(index) + R"(,"text":")" + text + "\"}\n"};
}

bool never() { return false; }
void quiet(int, const std::string&) {}

/// Saves and returns the line's number; -code on errors.
int save(LineStore& store, const Line& l) {
  try {
    return static_cast<int>(store.save(l, never));
  } catch (const Error& e) {
    return -e.code();
  }
}

}  // namespace

TEST_CASE("store.jsonl writes a line of each shape", "[store][jsonl]") {
  const auto [shape, expected] = GENERATE(table<std::string, std::string>({
      {"text", R"({"run":"stories-7f3a","index":0,"genre":"fantasy","text":"Once there was a lamp.","quality":8.5})"},
      {"messages",
       R"({"run":"stories-7f3a","index":0,"messages":[{"role":"system","content":"You write."},{"role":"user","content":)"
       R"("Write a fantasy story."},{"role":"assistant","content":"Once there was a lamp."}],"model":"model of wren","quality":8.5})"},
      {"full", SampleText().json()},
  }));
  const TempDir dir;
  FakeHost host;
  FakeNode node(host, plugin(), options(dir / "out.jsonl", shape));
  const StoreCall call(host, node, SampleText());
  REQUIRE(call.message().empty());
  CHECK(call.value("saved") == R"({"id":1,"where":")" + (dir / "out.jsonl").string() + R"("})");
  CHECK(readFile(dir / "out.jsonl") == expected + "\n");
}

TEST_CASE("store.jsonl saves a sample once, also after a restart", "[store][jsonl]") {
  const TempDir dir;
  const auto path = (dir / "out.jsonl").string();
  for (int restart = 0; restart < 2; ++restart) {
    LineStore store(path, quiet);
    CHECK(save(store, line(0)) == 1);
    CHECK(save(store, line(700)) == 2);
    CHECK(save(store, line(0, "other")) == 3);
    CHECK(save(store, line(700, "r", "changed")) == 2);
  }
  CHECK(readFile(path) == line(0).text + line(700).text + line(0, "other").text);
}

TEST_CASE("store.jsonl reads the key of a line", "[store][jsonl]") {
  const auto [text, run, index] = GENERATE(table<std::string, std::string, int>({
      {R"({"run":"a","index":3})", "a", 3},
      {R"({"text":"x","index":3,"run":"a"})", "a", 3},
      {R"({"sample":{"run":"b","index":9},"run":"a","index":3,"more":[{"index":1}]})", "a", 3},
      {R"({"run":"a","index":3)", "-", 0},
      {R"({"run":"a","index":-3})", "-", 0},
      {R"({"run":"a","index":"3"})", "-", 0},
      {R"({"run":"a"})", "-", 0},
      {R"([{"run":"a","index":3}])", "-", 0},
      {R"("run")", "-", 0},
      {"", "-", 0},
      {std::string("\0\0\0", 3), "-", 0},
      {"{\"run\":\"a\",\"index\":3,\"text\":\"\xff\"}", "-", 0},
      {std::string(100000, '['), "-", 0},
  }));
  CAPTURE(text);
  const auto key = keyOf(text);
  CHECK(key.has_value() == (run != "-"));
  if (key) CHECK((key->run == run && key->index == index));
}

TEST_CASE("store.jsonl repairs a last line that was cut short", "[store][jsonl]") {
  const TempDir dir;
  const auto [tail, logged] = GENERATE(table<std::string, std::string>({
      {R"({"run":"r","index":1,"te)", "line 2 was cut short (24 bytes, by a crash or a full disk) and is removed"},
      {R"({"run":"r","index":1})", "line 2 was cut short (21 bytes"},
      {std::string(50, '\0'), "line 2 was cut short (50 bytes"},
      {"not a sample\n", "1 of 2 lines are no samples; they are left as they are"},
  }));
  const auto path = dir.write("out.jsonl", line(0).text + tail);
  FakeHost host;
  FakeNode node(host, plugin(), options(path));
  REQUIRE(host.log().size() == 1);
  CHECK(host.log()[0].first == TROUPE_WARNING);
  CHECK_THAT(host.log()[0].second, Catch::Contains(logged));
  SampleText sample;
  sample.index = 1;
  CHECK(StoreCall(host, node, sample).values("saved").size() == 1);
  const std::string kept = line(0).text + (tail.back() == '\n' ? tail : "");
  CHECK(readFile(path).substr(0, kept.size() + 1) == kept + "{");
  CHECK(readFile(path).back() == '\n');
}

TEST_CASE("store.jsonl refuses a path that cannot be a file", "[store][jsonl]") {
  const TempDir dir;
  dir.write("notes.txt", "");
  const auto [path, message] = GENERATE(table<std::string, std::string>({
      {"nowhere/out.jsonl", "nowhere\" does not exist; create it, or change \"path\""},
      {"notes.txt/out.jsonl", "notes.txt\" is a file, not a folder; change \"path\""},
      {".", "it is a folder"},
      {"/dev/full", "it is no regular file"},
  }));
  CHECK_THROWS_WITH(LineStore((dir.path() / path).string(), quiet), Catch::Contains(message));
}

TEST_CASE("store.jsonl keeps the rights of a file", "[store][jsonl]") {
  namespace fs = std::filesystem;
  const TempDir dir;
  const auto path = dir.write("out.jsonl", "");
  fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
  LineStore store(path.string(), quiet);
  CHECK(save(store, line(0)) == 1);
  CHECK(fs::status(path).permissions() == (fs::perms::owner_read | fs::perms::owner_write));
}

TEST_CASE("store.jsonl lets two stores share a file", "[store][jsonl]") {
  const TempDir dir;
  const auto path = (dir / "out.jsonl").string();
  LineStore one(path, quiet);
  LineStore two(path, quiet);
  CHECK(save(one, line(0, "one")) == 1);
  CHECK(save(two, line(0, "two")) == 2);
  CHECK(save(one, line(1, "one")) == 3);
  CHECK(save(two, line(1, "one")) == 3);
  CHECK(readFile(path) == line(0, "one").text + line(0, "two").text + line(1, "one").text);
}

TEST_CASE("store.jsonl begins anew when its file is moved away, and reads again when it is cut", "[store][jsonl]") {
  const TempDir dir;
  const auto path = (dir / "out.jsonl").string();
  std::string logged;
  LineStore store(path, [&](int, const std::string& message) { logged = message; });
  CHECK(save(store, line(0)) == 1);
  std::filesystem::rename(path, dir / "old.jsonl");
  CHECK(save(store, line(1)) == 1);
  CHECK_THAT(logged, Catch::Contains("was moved or removed"));
  CHECK(readFile(path) == line(1).text);
  std::filesystem::resize_file(path, 0);
  CHECK(save(store, line(1)) == 1);
  CHECK_THAT(logged, Catch::Contains("has become shorter"));
  CHECK(readFile(path) == line(1).text);
}

TEST_CASE("store.jsonl does not wait for a lock when the call is cancelled", "[store][jsonl]") {
  const TempDir dir;
  const auto path = (dir / "out.jsonl").string();
  FakeHost host;
  FakeNode node(host, plugin(), options(path));
  const int other = ::open(path.c_str(), O_RDWR);
  REQUIRE(::flock(other, LOCK_EX) == 0);
  FakeCall call(host, SampleText().input());
  call.cancel();
  CHECK(node.run(call) == TROUPE_E_CANCELLED);
  ::close(other);
  CHECK(StoreCall(host, node, SampleText()).values("saved").size() == 1);
}

TEST_CASE("store.jsonl saves from many threads, each line once and whole", "[store][jsonl]") {
  const TempDir dir;
  const auto path = (dir / "out.jsonl").string();
  LineStore store(path, quiet);
  std::mutex mutex;
  std::set<int> numbers;
  std::vector<std::thread> pool;
  for (int t = 0; t < 16; ++t) {
    pool.emplace_back([&, t] {
      for (int i = 0; i < 50; ++i) {
        const int number = save(store, line(t / 2 * 50 + i));  // two threads save the same
        const std::lock_guard lock(mutex);
        numbers.insert(number);
      }
    });
  }
  for (auto& thread : pool) thread.join();
  CHECK(numbers.size() == 400);
  CHECK(*numbers.begin() == 1);
  CHECK(*numbers.rbegin() == 400);
  std::istringstream lines(readFile(path));
  std::set<std::int64_t> indexes;
  for (std::string text; std::getline(lines, text);) {
    const auto key = keyOf(text);
    REQUIRE(key.has_value());
    indexes.insert(key->index);
  }
  CHECK(indexes.size() == 400);
}

TEST_CASE("store.jsonl loses nothing announced when it is killed", "[store][jsonl]") {
  const auto announcements = GENERATE(as<std::size_t>{}, 1, 7, 60, 200);
  const TempDir dir;
  const auto path = (dir / "out.jsonl").string();
  Child child([&](const Child::Announce& announce) {
    LineStore store(path, quiet);
    std::vector<std::thread> pool;
    for (int t = 0; t < 8; ++t) {
      pool.emplace_back([&, t] {
        for (int i = 0; i < 1000; ++i) {
          if (save(store, line(t * 1000 + i)) > 0) announce(t * 1000 + i);
        }
      });
    }
    for (auto& thread : pool) thread.join();
  });
  auto announced = child.next(announcements);
  child.kill();
  const auto rest = child.rest();
  announced.insert(announced.end(), rest.begin(), rest.end());
  REQUIRE(announced.size() >= announcements);

  LineStore store(path, quiet);
  const auto before = readFile(path);
  for (const int index : announced) {
    CAPTURE(index);
    CHECK(before.find(line(index).text) != std::string::npos);
    CHECK(save(store, line(index)) > 0);
  }
  CHECK(readFile(path) == before);
}

TEST_CASE("store.jsonl fails the long line on a full disk, takes it back, and goes on when there is room",
          "[store][jsonl]") {
  const TempDir dir;
  const auto path = (dir / "out.jsonl").string();
  const Line large = line(1, "r", std::string(8000, 'x'));
  Child child([&](const Child::Announce& announce) {
    LineStore store(path, quiet);
    announce(save(store, line(0)));
    troupe::test::limitFileSize(4096);
    announce(save(store, large));
    announce(readFile(path) == line(0).text ? 1 : 0);
    announce(save(store, line(2)));
    troupe::test::limitFileSize(RLIM_INFINITY);
    announce(save(store, large));
  });
  CHECK(child.rest() == std::vector<int>{1, -TROUPE_E_TRANSIENT, 1, 2, 3});
  CHECK(child.wait() == 0);
  CHECK(readFile(path) == line(0).text + line(2).text + large.text);
}

TEST_CASE("store.jsonl: lines a second", "[.benchmark]") {
  const TempDir dir;
  const auto threads = GENERATE(1, 64);
  LineStore store((dir / "out.jsonl").string(), quiet);
  const int each = threads == 1 ? 3000 : 400;
  const auto start = std::chrono::steady_clock::now();
  std::vector<std::thread> pool;
  for (int t = 0; t < threads; ++t) {
    pool.emplace_back([&, t] {
      for (int i = 0; i < each; ++i) save(store, line(t * each + i));
    });
  }
  for (auto& thread : pool) thread.join();
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  WARN(threads << " callers: " << static_cast<int>(threads * each / seconds.count()) << " lines/s");
}
