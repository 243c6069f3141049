#include <sys/resource.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "json_value.hpp"
#include "log_sink.hpp"
#include "rotating_file.hpp"
#include "support/fake_host.hpp"
#include "support/temp_dir.hpp"
#include "time_zone.hpp"

using namespace troupe::log_file;
using namespace troupe::test;

namespace {

/// A file that remembers its warnings.
struct Log {
  explicit Log(RotatingFile::Settings settings)
      : file(std::move(settings), [this](const std::string& message) { warnings.push_back(message); }) {}
  std::vector<std::string> warnings;
  RotatingFile file;
};

RotatingFile::Settings at(const std::filesystem::path& path) {
  RotatingFile::Settings settings;
  settings.path = path.string();
  return settings;
}

/// The soft limit on the size of a file, for one test.
class FileSizeLimit {
 public:
  FileSizeLimit() { ::getrlimit(RLIMIT_FSIZE, &before_); }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;
  ~FileSizeLimit() { lift(); }
  void set(rlim_t bytes) {
    const rlimit limit{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  void lift() { ::setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_{};
};

}  // namespace

TEST_CASE("lines are appended to a log that exists", "[log_file]") {
  const TempDir dir;
  dir.write("run.log", "before\n");
  Log log(at(dir / "run.log"));
  log.file.write("one\n", "");
  log.file.write("two\nthree\n", "");
  CHECK(readFile(dir / "run.log") == "before\none\ntwo\nthree\n");
}

TEST_CASE("append off empties the log at the first line, once", "[log_file]") {
  const TempDir dir;
  dir.write("run.log", "before\n");
  auto settings = at(dir / "run.log");
  settings.append = false;
  Log log(settings);
  CHECK(readFile(dir / "run.log") == "before\n");
  log.file.write("one\n", "");
  std::filesystem::rename(dir / "run.log", dir / "moved.log");
  dir.write("run.log", "of another program\n");
  log.file.write("two\n", "");
  CHECK(readFile(dir / "moved.log") == "one\n");
  CHECK(readFile(dir / "run.log") == "of another program\ntwo\n");
}

TEST_CASE("half a line of a killed program is ended first", "[log_file]") {
  const TempDir dir;
  dir.write("run.log", "whole\nhal");
  Log log(at(dir / "run.log"));
  log.file.write("next\n", "");
  CHECK(readFile(dir / "run.log") == "whole\nhal\nnext\n");
}

TEST_CASE("a full log becomes log.1, and older ones move on", "[log_file]") {
  const TempDir dir;
  auto settings = at(dir / "run.log");
  settings.most_bytes = 10;
  settings.keep = 2;
  Log log(settings);
  for (const char* line : {"aaaa\n", "bbbb\n", "cccc\n", "dddd\n", "eeee\n", "ffff\n", "gggg\n"})
    log.file.write(line, "");
  CHECK(readFile(dir / "run.log") == "gggg\n");
  CHECK(readFile(dir / "run.log.1") == "eeee\nffff\n");
  CHECK(readFile(dir / "run.log.2") == "cccc\ndddd\n");
  CHECK_FALSE(std::filesystem::exists(dir / "run.log.3"));
  log.file.write("longer than the limit\n", "");
  CHECK(readFile(dir / "run.log") == "longer than the limit\n");
  CHECK(log.warnings.empty());
}

TEST_CASE("a log that was moved or deleted is made anew", "[log_file]") {
  const TempDir dir;
  Log log(at(dir / "run.log"));
  log.file.write("one\n", "");
  std::filesystem::rename(dir / "run.log", dir / "run.log.old");
  log.file.write("two\n", "");
  CHECK(readFile(dir / "run.log.old") == "one\n");
  CHECK(readFile(dir / "run.log") == "two\n");
  std::filesystem::remove(dir / "run.log");
  log.file.write("three\n", "");
  CHECK(readFile(dir / "run.log") == "three\n");
}

TEST_CASE("a full disk loses lines, counts them, and says so once there is room", "[log_file]") {
  const TempDir dir;
  Log log(at(dir / "run.log"));
  log.file.write("one\n", "");
  {
    FileSizeLimit limit;  // SIGXFSZ would end the program
    limit.set(6);
    log.file.write("two\n", "[t] ");  // "tw" still fits
    log.file.write("three\nfour\n", "[t] ");
    CHECK(log.file.lost() == 3);
    REQUIRE(log.warnings.size() == 1);
    CHECK_THAT(log.warnings[0], Catch::Contains("cannot write " + (dir / "run.log").string() + ": "));
  }
  log.file.write("five\n", "[t] ");
  CHECK(readFile(dir / "run.log") == "one\ntw\n[t] 3 lines are missing here: File too large\nfive\n");
  CHECK(log.file.lost() == 0);
  CHECK(log.warnings.size() == 1);
}

TEST_CASE("a second outage warns again", "[log_file]") {
  const TempDir dir;
  Log log(at(dir / "folder" / "run.log"));
  log.file.write("one\n", "");
  std::filesystem::create_directory(dir / "folder");
  log.file.write("two\n", "");
  std::filesystem::remove_all(dir / "folder");
  log.file.write("three\n", "");
  log.file.write("four\n", "");
  CHECK(log.warnings.size() == 2);
  std::filesystem::create_directory(dir / "folder");
  log.file.flush("[t] ");
  CHECK(readFile(dir / "folder/run.log") == "[t] 2 lines are missing here: No such file or directory\n");
}

TEST_CASE("a device that is always full never harms", "[log_file]") {
  Log log(at("/dev/full"));
  for (int i = 0; i < 100; ++i) log.file.write("line\n", "");
  CHECK(log.file.lost() == 100);
  CHECK(log.warnings.size() == 1);
}

TEST_CASE("a path that cannot be a log is refused before the run", "[log_file]") {
  const TempDir dir;
  CHECK(RotatingFile::refusal((dir / "run.log").string()).empty());
  CHECK_FALSE(std::filesystem::exists(dir / "run.log"));
  CHECK(RotatingFile::refusal(dir.path().string()) == dir.path().string() + " is a folder");
  CHECK_THAT(RotatingFile::refusal((dir / "none" / "run.log").string()), Catch::EndsWith("No such file or directory"));
  CHECK_THAT(RotatingFile::refusal("/proc/version/run.log"), Catch::EndsWith("Not a directory"));
  CHECK(RotatingFile::refusal("/dev/full").empty());
}

TEST_CASE("events that come again after a kill are not written twice", "[log_file]") {
  const TempDir dir;
  const TimeZone tz("UTC");
  const auto sample = [](int number) {
    return JsonValue(R"({"type":"sample","at":1699976723000,"number":)" + std::to_string(number) +
                     R"(,"genre":"horror","ok":true,"quality":9,"model":"wren","progress":{"total":5}})");
  };
  const auto ignore = [](const std::string&) {};
  {
    LogSink killed(at(dir / "run.log"), Level::kInfo, ignore);
    killed.handle(sample(1).object());
    killed.handle(sample(2).object());
  }
  LogSink resumed(at(dir / "run.log"), Level::kInfo, ignore);
  resumed.handle(sample(2).object());
  resumed.handle(sample(3).object());
  resumed.handle(sample(3).object());  // not of the earlier process: another event that reads the same
  const std::string line = "/5 - horror - Quality: 9.0/10 - Model: wren\n";
  CHECK(readFile(dir / "run.log") == "[3:45:23 PM] Sample 1" + line + "[3:45:23 PM] Sample 2" + line +
                                         "[3:45:23 PM] Sample 3" + line + "[3:45:23 PM] Sample 3" + line);
}

TEST_CASE("the plugin writes events and warns through the host", "[log_file][plugin]") {
  const TempDir dir;
  const TimeZone tz("UTC");
  FakeHost host;
  const PluginFile plugin(TROUPE_PLUGIN_DIR "/sink.log_file.troupe");
  const auto& type = plugin.node("troupe.sink.log_file");
  const std::string event =
      R"({"event":{"type":"sample","at":1699976723000,"number":1,"genre":"fantasy","ok":true,"quality":8.5,"model":"gemini-2.0","progress":{"total":50}}})";
  SECTION("into a file") {
    FakeNode node(
        host, type,
        R"({"path":")" + (dir / "run.log").string() + R"(","level":"info","append":true,"max_mb":0,"keep":3})");
    CHECK_FALSE(std::filesystem::exists(dir / "run.log"));
    FakeCall call(host, event);
    CHECK(node.run(call) == TROUPE_OK);
    CHECK(call.emitted().empty());
    CHECK(readFile(dir / "run.log") == "[3:45:23 PM] Sample 1/50 - fantasy - Quality: 8.5/10 - Model: gemini-2.0\n");
  }
  SECTION("onto a full disk") {
    FakeNode node(host, type, R"({"path":"/dev/full"})");
    for (int i = 0; i < 3; ++i) {
      FakeCall call(host, event);
      CHECK(node.run(call) == TROUPE_OK);
    }
    REQUIRE(host.log().size() == 1);
    CHECK(host.log()[0].first == TROUPE_WARNING);
    CHECK(host.log()[0].second ==
          "cannot write /dev/full: No space left on device; the run goes on, and the log will say how many lines are "
          "missing");
  }
  SECTION("into a folder that does not exist") {
    CHECK_THROWS_WITH(FakeNode(host, type, R"({"path":"/nowhere/run.log"})"),
                      "cannot write /nowhere/run.log: the folder /nowhere: No such file or directory");
  }
  SECTION("an input without an event fails its call and nothing else") {
    FakeNode node(host, type, R"({"path":"/dev/full"})");
    FakeCall call(host, "{}");
    CHECK(node.run(call) == TROUPE_E_INTERNAL);
    CHECK(call.message() == "no value on port \"event\"");
  }
}

TEST_CASE("what a log line costs", "[log_file][.benchmark]") {
  const TempDir dir;
  FakeHost host;
  const PluginFile plugin(TROUPE_PLUGIN_DIR "/sink.log_file.troupe");
  FakeNode node(host, plugin.node("troupe.sink.log_file"),
                R"({"path":")" + (dir / "run.log").string() + R"(","max_mb":64})");
  const std::string event =
      R"({"event":{"type":"sample","run":"stories-7f3a","at":1699976723000,"id":99,"n":12,"number":1,"index":0,"genre":"fantasy","ok":true,
      "quality":8.5,"model":"gemini-2.0","saved":[],"kept":true,"snippet":"Once there was a lamp that no one had lit.","margin":0.4,
      "candidates":[{"node":"wren","model":"w","quality":8.5,"latency_ms":12,"attempts":1}],"failures":[],"progress":{"current":1,"total":50}}})";
  const int count = 100000;
  const auto began = std::chrono::steady_clock::now();
  for (int i = 0; i < count; ++i) {
    FakeCall call(host, event);
    node.run(call);
  }
  const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - began;
  WARN("log_file: " << took.count() / count << " us per event");
}
