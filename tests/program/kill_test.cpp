// A run is killed at random moments and resumed, until it is complete: then it is as if nothing had happened.
// TROUPE_KILLS says how often (100; under a sanitizer, where a process takes many times as long, 20), TROUPE_SEED with
// which random numbers.
#include <rapidjson/document.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <iterator>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <sstream>

#include "program/database.hpp"
#include "program/sandbox.hpp"

namespace {

using namespace troupe::test;
namespace fs = std::filesystem;

#ifdef TROUPE_SANITIZED
constexpr std::uint64_t kKills = 20;
#else
constexpr std::uint64_t kKills = 100;
#endif
constexpr int kKillsOfOneRun = 5;  // Then it may come to its end.

std::uint64_t numberFrom(const char* name, std::uint64_t fallback) {
  const char* text = std::getenv(name);
  return text == nullptr ? fallback : std::strtoull(text, nullptr, 10);
}

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> found;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) found.push_back(line);
  return found;
}

std::string contents(const fs::path& file) { return fs::exists(file) ? readFile(file) : std::string(); }

// Which providers are asked: all, or few and by what is known of them.
enum class Asking { all, bandit };

const std::vector<std::string>& beginning(Asking asking = Asking::all) {
  static const std::vector<std::string> whole{"run", TROUPE_TEST_DATA "/program/kill.json", "--plugin-path",
                                              TROUPE_PROGRAM_PLUGIN_DIR};
  static const std::vector<std::string> few = [] {
    auto arguments = whole;
    for (const auto* member : {"policy=bandit", "stop_at=8.2", "lag=8", "explore=0.3", "by=genre"})
      arguments.insert(arguments.end(), {"--set", std::string("ensemble.") + member});
    return arguments;
  }();
  return asking == Asking::all ? whole : few;
}
const std::vector<std::string>& going_on() {
  static const std::vector<std::string> arguments{"resume", "last", "--plugin-path", TROUPE_PROGRAM_PLUGIN_DIR};
  return arguments;
}

std::string canonical(const Sandbox& sandbox) {
  const auto exported = sandbox.run({"runs", "export", "last", "--canonical"});
  REQUIRE(exported.code == 0);
  return exported.out;
}

// What a run that nobody disturbs leaves behind, and how long it takes.
struct Reference {
  std::string samples;
  std::vector<std::vector<std::string>> stories;
  std::chrono::microseconds time;
};

constexpr const char* kStories = "SELECT idx, node, round(quality, 9), text FROM stories ORDER BY idx";

const Reference& reference(Asking asking) {
  static std::map<Asking, Reference> known;
  if (const auto found = known.find(asking); found != known.end()) return found->second;
  auto made = [&] {
    const Sandbox sandbox;
    REQUIRE(sandbox.run({"validate", beginning()[1], "--plugin-path", TROUPE_PROGRAM_PLUGIN_DIR}).code ==
            0);  // Fills the plugin cache.
    const auto start = std::chrono::steady_clock::now();
    const auto result = sandbox.run(beginning(asking));
    const auto time = std::chrono::steady_clock::now() - start;
    INFO(result.out << result.err);
    REQUIRE(result.code == 0);
    return Reference{canonical(sandbox), query(sandbox / "stories.db", kStories),
                     std::chrono::duration_cast<std::chrono::microseconds>(time)};
  }();
  return known.emplace(asking, std::move(made)).first->second;
}

/// One run with all its processes.
class KilledRun {
 public:
  explicit KilledRun(Asking asking) : asking_(asking) {}

  // Lets it go on, and kills it at a random moment; false when it had ended before.
  bool killOnce(std::mt19937_64& random) {
    const auto program = sandbox_.start(beginsAnew() ? beginning(asking_) : going_on());
    if (random() % 2 == 0) {
      const auto most = static_cast<std::uint64_t>(reference(asking_).time.count());
      program->waitAtMost(std::chrono::microseconds(random() % most));
    } else {
      const auto events = 1 + random() % 12;  // By what has been announced.
      program->waitUntil([&] { return Process::count(program->out(), "Saved story #") >= events; });
    }
    const auto ended = program->kill();
    checkAnnounced(program->out());
    checkRepeated();
    if (ended.signal == 0) {
      INFO(program->printed());
      REQUIRE(ended.code == 0);
      return false;
    }
    rememberCommitted();
    return true;
  }

  void complete() {
    const auto program = sandbox_.start(beginsAnew() ? beginning(asking_) : going_on());
    const auto ended = program->wait();
    INFO(program->printed());
    REQUIRE(ended.code == 0);
    checkAnnounced(program->out());
    checkRepeated();
  }

  void checkWhole() const {
    CHECK(canonical(sandbox_) == reference(asking_).samples);
    CHECK(query(sandbox_ / "stories.db", kStories) == reference(asking_).stories);
    std::multiset<std::string> in_file, in_database;
    for (const auto& line : lines(readFile(sandbox_ / "stories.jsonl"))) {
      rapidjson::Document sample;
      sample.Parse(line.c_str());
      INFO(line);
      REQUIRE(sample.IsObject());
      REQUIRE(sample.HasMember("index"));
      in_file.insert(std::to_string(sample["index"].GetInt()));
    }
    for (const auto& row : reference(asking_).stories) in_database.insert(row[0]);
    CHECK(in_file == in_database);
    CHECK(query(sandbox_.journal(), "SELECT run, idx FROM samples GROUP BY run, idx HAVING count(*) <> 1").empty());
    CHECK(value(sandbox_.journal(), "SELECT count(*) FROM runs") == "1");
    // One event for each sample, without gap in the numbers.
    CHECK(value(sandbox_.journal(), "SELECT count(*) FROM events WHERE type = 'sample'") == "40");
    CHECK(value(sandbox_.journal(), "SELECT count(*) FROM events WHERE type = 'complete'") == "1");
    CHECK(value(sandbox_.journal(), "SELECT count(*) - max(n) FROM events") == "0");
    const auto log = readFile(sandbox_ / "run.log");
    for (int number = 1; number <= 40; ++number) {
      CAPTURE(number);
      CHECK(log.find("Sample " + std::to_string(number) + "/40 - ") != std::string::npos);
    }
  }

 private:
  // Killed before there was a run: as a user would, who is told so by `resume last`.
  bool beginsAnew() {
    if (begun_) return false;
    begun_ = fs::exists(sandbox_.journal()) &&
             sandbox_.run({"runs", "list", "--json"}).out.find("\"run\":") != std::string::npos;
    return !begun_;
  }

  // Whatever was announced as saved is in the database.
  void checkAnnounced(const std::string& out) const {
    for (const auto& line : lines(out)) {
      const auto at = line.find("Saved story #");
      if (at == std::string::npos) continue;
      CAPTURE(line);
      CHECK(value(sandbox_ / "stories.db", "SELECT count(*) FROM stories WHERE id = " +
                                               std::to_string(std::atoi(line.c_str() + at + 13))) == "1");
    }
  }

  // No call whose answer was durable when the process died was made again.
  void checkRepeated() {
    const auto calls = lines(contents(sandbox_ / "calls.txt"));
    REQUIRE(calls.size() >= seen_);
    for (; seen_ < calls.size(); ++seen_) {
      CAPTURE(calls[seen_]);
      CHECK(committed_.count(calls[seen_]) == 0);
    }
  }

  // What the journal, as the kill left it, knows of answered calls. Read from a copy: the next process finds it
  // untouched.
  void rememberCommitted() {
    committed_.clear();
    if (!fs::exists(sandbox_.journal())) return;
    const TempDir copy;
    for (const char* part : {"", "-wal"})
      if (const auto file = sandbox_.journal().string() + part; fs::exists(file))
        fs::copy_file(file, copy / ("journal.db" + std::string(part)));
    if (query(copy / "journal.db", "SELECT 1 FROM sqlite_master WHERE name = 'calls'").empty()) return;
    for (const auto& row :
         query(copy / "journal.db", "SELECT runs.id, idx, node FROM calls JOIN runs ON runs.key = calls.run"))
      committed_.insert(row[0] + " " + row[1] + " " + row[2]);
  }

  const Asking asking_;
  const Sandbox sandbox_;
  bool begun_ = false;
  std::set<std::string> committed_;  // "run index node" of answered calls, when it was last killed
  std::size_t seen_ = 0;             // lines of calls.txt that were judged
};

}  // namespace

TEST_CASE("a run that is killed and resumed gives the same samples, none twice, and repeats no committed call",
          "[program][kill]") {
  const auto kills = numberFrom("TROUPE_KILLS", kKills);
  const auto seed = numberFrom("TROUPE_SEED", std::random_device{}());
  std::cout << "kill test: TROUPE_KILLS=" << kills << " TROUPE_SEED=" << seed << std::endl;
  std::mt19937_64 random(seed);
  for (const auto asking : {Asking::all, Asking::bandit}) {
    REQUIRE(reference(asking).stories.size() >= 5);
    REQUIRE(reference(asking).stories.size() <= 38);
  }
  REQUIRE_THAT(reference(Asking::bandit).samples, Catch::Matchers::Contains(R"("skipped":[")"));
  std::uint64_t done = 0, whole = 0;
  for (std::uint64_t run = 0; done < kills; ++run) {
    CAPTURE(seed, run, done);
    KilledRun killed(run % 2 == 0 ? Asking::all : Asking::bandit);
    bool ended = false;
    for (int i = 0; i < kKillsOfOneRun && !ended && done < kills; ++i) {
      ended = !killed.killOnce(random);
      if (!ended) ++done;
    }
    if (!ended) killed.complete();
    killed.checkWhole();
    ++whole;
  }
  std::cout << "kill test: " << done << " kills in " << whole << " runs" << std::endl;
}

TEST_CASE("who resumes a run that was killed after its announcement is shown its end, and no line is logged twice",
          "[program][kill]") {
  const Sandbox sandbox;
  REQUIRE(sandbox.run(beginning()).code == 0);
  const auto log = readFile(sandbox / "run.log");
  const auto calls = readFile(sandbox / "calls.txt");
  const auto samples = canonical(sandbox);
  // What the process leaves that dies before the run's last row; its sinks may have kept their cursors.
  query(sandbox.journal(), "UPDATE runs SET state = 'running', ended_at = 0, active_ms = 0, result = ''");
  if (GENERATE(true, false)) query(sandbox.journal(), "DELETE FROM cursors");
  REQUIRE_THAT(sandbox.run({"runs", "list"}).out, Catch::Matchers::Contains("interrupted"));

  const auto resumed = sandbox.run(going_on());
  INFO(resumed.out << resumed.err);
  CHECK(resumed.code == 0);
  CHECK(Process::count(resumed.out, "Training Completed!") == 1);
  CHECK(Process::count(resumed.out, "Best story: ") == 1);
  CHECK(Process::count(resumed.out, "resumed") == 0);
  CHECK(readFile(sandbox / "run.log") == log);
  CHECK(readFile(sandbox / "calls.txt") == calls);
  CHECK(canonical(sandbox) == samples);
  CHECK(value(sandbox.journal(), "SELECT state FROM runs") == "complete");
  CHECK(value(sandbox.journal(), "SELECT count(*) FROM events WHERE type = 'complete'") == "1");
  CHECK_THAT(sandbox.run(going_on()).err, Catch::Matchers::Contains("there is nothing to resume"));
}
