#include <catch2/catch.hpp>

#include <signal.h>
#include <sys/resource.h>

#include <atomic>
#include <csignal>
#include <fstream>
#include <set>

#include "host/journal/journal_support.hpp"
#include "journal/lock_file.hpp"
#include "journal/sqlite.hpp"
#include "support/temp_dir.hpp"

using namespace troupe::journal;
using namespace troupe::test;
namespace fs = std::filesystem;

namespace {

std::set<std::string> filesIn(const fs::path& folder) {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.insert(entry.path().filename());
  return names;
}

// A child that has the journal open for writing until it is told to end.
class WritingProcess {
 public:
  explicit WritingProcess(const fs::path& file) {
    if (::pipe(ready_) != 0 || ::pipe(end_) != 0) throw std::runtime_error("pipe failed");
    pid_ = spawn([&] {
      ::close(end_[1]);
      Journal journal(writing(file, "troupe run stories.json"));
      char byte = 'r';
      if (::write(ready_[1], &byte, 1) != 1) return 1;
      return static_cast<int>(::read(end_[0], &byte, 1));  // 0: the parent has closed its end
    });
    ::close(ready_[1]);
    ::close(end_[0]);
    char byte = 0;
    if (::read(ready_[0], &byte, 1) != 1) throw std::runtime_error("the child did not open the journal");
  }
  ~WritingProcess() { end(); }
  pid_t pid() const { return pid_; }
  void end() {
    if (pid_ == 0) return;
    ::close(end_[1]);
    ::close(ready_[0]);
    waitFor(std::exchange(pid_, 0));
  }
  void kill() { ::kill(pid_, SIGKILL); }

 private:
  int ready_[2]{};
  int end_[2]{};
  pid_t pid_ = 0;
};

}  // namespace

TEST_CASE("a second writer is told whose the journal is", "[journal]") {
  TempDir folder;
  const auto file = folder / "j.db";
  WritingProcess other(file);
  CHECK(messageOf([&] { Journal journal(writing(file)); }) ==
        "the journal " + file.string() + " is in use by process " + std::to_string(other.pid()) +
            " (troupe run stories.json); wait until it has ended, or name another file with --journal");
  const Journal reader(reading(file));  // readers need no lock
  CHECK(reader.runs().empty());
  CHECK(reader.writer() == "process " + std::to_string(other.pid()) + " (troupe run stories.json)");
  other.end();
  CHECK(reader.writer().empty());
  Journal journal(writing(file));
}

TEST_CASE("a lock that its dead owner left behind is taken over", "[journal]") {
  TempDir folder;
  const auto file = folder / "j.db";
  WritingProcess other(file);
  const auto content = readFile(file.string() + ".lock");
  CHECK(content == std::to_string(other.pid()) + " troupe run stories.json\n");
  other.kill();
  other.end();
  CHECK(readFile(file.string() + ".lock") == content);
  CHECK(Journal(reading(file)).writer().empty());
  Journal journal(writing(file, "mine"));
  CHECK(readFile(file.string() + ".lock") == std::to_string(::getpid()) + " mine\n");
}

TEST_CASE("a lock with odd content names nobody", "[journal]") {
  TempDir folder;
  const auto content = GENERATE(as<std::string>{}, "", "\n", "hello", "12x y", " 12");
  CAPTURE(content);
  folder.write("j.db.lock", content);
  CHECK(lockOwner(folder / "j.db").empty());
  const LockFile lock(folder / "j.db", "mine");
  folder.write("j.db.lock", content);
  CHECK(messageOf([&] { LockFile second(folder / "j.db", "second"); }).find(" is in use by another process; ") !=
        std::string::npos);
}

TEST_CASE("a journal that is not there reads as an empty one, and stays away", "[journal]") {
  TempDir folder;
  const auto file = GENERATE(as<std::string>{}, "j.db", "no/such/folder/j.db");
  const Journal journal(reading(folder / file));
  CHECK(journal.runs().empty());
  CHECK(journal.epoch().empty());
  CHECK(journal.events(0, 0, 10).empty());
  CHECK(journal.lastStarted(1) == -1);
  CHECK_FALSE(journal.sample(1, 0));
  CHECK(journal.totals(1).started == 0);
  CHECK(messageOf([&] { journal.findRun("last"); }, troupe::ExitCode::usage).find("there is no run yet") == 0);
  CHECK(filesIn(folder.path()).empty());

  if (file != "j.db") return;
  Journal writer(writing(folder / file));  // and from now on there is one
  writer.createRun(newRun());
  CHECK(journal.runs().size() == 1);
  CHECK(journal.epoch() == writer.epoch());
}

TEST_CASE("an empty file is a new journal", "[journal]") {
  TempDir folder;
  const auto file = folder.write("j.db", "");
  CHECK(Journal(reading(file)).runs().empty());
  CHECK(fs::file_size(file) == 0);
  Journal journal(writing(file));
  journal.createRun(newRun());
  CHECK(journal.runs().size() == 1);
}

TEST_CASE("a file that is no database is named, with a way out", "[journal]") {
  TempDir folder;
  const auto file = folder.write("j.db", std::string(8192, 'x'));
  const auto expected = "the journal " + file.string() +
                        " is damaged (file is not a database); move it aside together with its companions, for "
                        "example: mkdir damaged && mv " +
                        file.string() + "* damaged/; the next run begins a new one";
  CHECK(messageOf([&] { Journal journal(writing(file)); }) == expected);
  CHECK(messageOf([&] { Journal journal(reading(file)); }) == expected);
  CHECK(readFile(file) == std::string(8192, 'x'));
}

TEST_CASE("a damaged page is found when it is read or written", "[journal]") {
  TempDir folder;
  const auto file = folder / "j.db";
  RunKey run = 0;
  {
    Journal journal(writing(file));
    run = journal.createRun(newRun()).key;
    for (int i = 0; i < 2000; ++i) journal.append(batch(started(run, i)));
  }
  {
    // All but the first page, which holds the schema's root.
    std::fstream pages(file, std::ios::in | std::ios::out | std::ios::binary);
    pages.seekp(4096);
    pages << std::string(fs::file_size(file) - 4096, '\x5a');
  }
  CHECK(messageOf([&] { Journal(reading(file)).totals(run); }).find(" is damaged (") != std::string::npos);
  const auto writing_message = messageOf([&] {
    Journal journal(writing(file));
    journal.append(batch(started(run, 9999)));
    journal.flush();
  });
  CHECK(writing_message.find(" is damaged (") != std::string::npos);
}

TEST_CASE("a folder that is not there is not made, except the default one", "[journal]") {
  TempDir folder;
  CHECK(messageOf([&] { Journal journal(writing(folder / "no/j.db")); }) ==
        "the journal " + (folder / "no/j.db").string() + " cannot be made: there is no folder " +
            (folder / "no").string() + "; make it, or name another file");
  CHECK(messageOf([&] { Journal journal(writing(folder.write("file", "") / "j.db")); }).find("there is no folder") !=
        std::string::npos);
  CHECK(filesIn(folder.path()) == std::set<std::string>{"file"});

  const char* before = std::getenv("XDG_STATE_HOME");
  const std::string kept = before != nullptr ? before : "";
  ::setenv("XDG_STATE_HOME", (folder / "deep/state").c_str(), 1);
  {
    Journal journal(writing({}));
    CHECK(journal.file() == folder / "deep/state/troupe/journal.db");
    CHECK(fs::status(folder / "deep/state/troupe").permissions() == fs::perms::owner_all);
  }
  before != nullptr ? ::setenv("XDG_STATE_HOME", kept.c_str(), 1) : ::unsetenv("XDG_STATE_HOME");
}

TEST_CASE("a folder that cannot be written can be read", "[journal]") {
  if (::geteuid() == 0) return;  // root may write anywhere
  TempDir folder;
  const auto file = folder / "j.db";
  {
    Journal journal(writing(file));
    journal.createRun(newRun());
  }
  fs::permissions(file, fs::perms::owner_read);
  fs::permissions(folder.path(), fs::perms::owner_read | fs::perms::owner_exec);
  CHECK(Journal(reading(file)).runs().size() == 1);
  const auto message = messageOf([&] { Journal journal(writing(file)); });
  fs::permissions(folder.path(), fs::perms::owner_all);
  CHECK(message.find("; make ") != std::string::npos);
  CHECK(message.find(file.string()) != std::string::npos);
}

TEST_CASE("a full disk ends the writing, once and with a sentence, what was announced is there", "[journal]") {
  TempDir folder;
  const auto file = folder / "j.db";
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const auto child = spawn([&] {
    // Files end at 1 MiB: writes beyond fail as those to a full disk do.
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{1 << 20, 1 << 20};
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) return 1;
    Journal journal(writing(file));
    std::atomic<int> failures{0};
    std::string message;
    std::atomic<std::int64_t> durable{0};
    std::atomic<std::int64_t> announced{0};
    const auto hearing = journal.onEvent([&](const Event& event) { announced = event.n; });
    const auto failing = journal.onFailure([&](const std::string& text) {
      message = text;
      ++failures;
    });
    const auto run = journal.createRun(newRun()).key;
    // One is announced for certain: on a busy machine all that follows may be one group, which fails as a whole.
    journal.append(batch(event(run)), [&] { ++durable; });
    journal.flush();
    for (int i = 0; failures == 0; ++i) {
      journal.append(batch(started(run, i), FeedbackEmitted{run, i, "memory", std::string(1000, 'x')}, event(run)),
                     [&] { ++durable; });
    }
    bool called = false;
    journal.append(batch(started(run, 1)), [&] { called = true; });  // dropped
    std::string refused;
    try {
      journal.flush();
    } catch (const troupe::Failure& failure) {
      refused = failure.what();
    }
    if (refused != message || called || failures != 1) return 2;
    if (message.find(file.string() + " cannot be written: ") == std::string::npos) {
      std::fprintf(stderr, "%s\n", message.c_str());
      return 3;
    }
    if (announced != durable) return 4;
    const std::int64_t told = announced;
    return ::write(ends[1], &told, sizeof told) == sizeof told ? 0 : 5;
  });
  ::close(ends[1]);
  std::int64_t announced = -1;
  CHECK(::read(ends[0], &announced, sizeof announced) == sizeof announced);
  ::close(ends[0]);
  REQUIRE(waitFor(child) == 0);
  CHECK(announced > 0);

  const Journal journal(reading(file));
  const auto run = journal.findRun("last").key;
  CHECK(static_cast<std::int64_t>(journal.events(run, 0, 100000).size()) == announced);
}

TEST_CASE("a journal that cannot even begin fails in its constructor", "[journal]") {
  TempDir folder;
  const auto child = spawn([&] {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{4096, 4096};
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) return 1;
    return messageOf([&] { Journal journal(writing(folder / "j.db")); }).find("; ") != std::string::npos ? 0 : 2;
  });
  CHECK(waitFor(child) == 0);
}

TEST_CASE("a journal opened for reading refuses to write", "[journal]") {
  TempDir folder;
  Journal journal(reading(folder / "j.db"));
  CHECK_THROWS_AS(journal.append(batch(started(1, 0))), std::logic_error);
  CHECK_THROWS_AS(journal.createRun(newRun()), std::logic_error);
}
