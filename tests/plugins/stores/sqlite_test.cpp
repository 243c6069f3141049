#include <catch2/catch.hpp>

#include <atomic>
#include <chrono>
#include <set>
#include <thread>

#include "child.hpp"
#include "layout.hpp"
#include "samples.hpp"
#include "story_store.hpp"

namespace {

using troupe::Error;
using troupe::sqlite_store::Database;
using troupe::sqlite_store::Story;
using troupe::sqlite_store::StoryStore;
using troupe::test::Child;
using troupe::test::FakeCall;
using troupe::test::FakeHost;
using troupe::test::FakeNode;
using troupe::test::SampleText;
using troupe::test::StoreCall;
using troupe::test::TempDir;

const troupe_node& plugin() {
  static const troupe::test::PluginFile file(TROUPE_PLUGIN_DIR "/store.sqlite.troupe");
  return file.node("troupe.store.sqlite");
}

std::string options(const std::filesystem::path& path, int busy_timeout_ms = 5000, const std::string& more = "") {
  return R"({"path":")" + path.string() + R"(","busy_timeout_ms":)" + std::to_string(busy_timeout_ms) + more + "}";
}

Story story(int index, const std::string& run = "r", const std::string& text = "Once there was a lamp.") {
  SampleText sample;
  sample.index = index;
  sample.run = run;
  sample.text = text;
  return Story::of(troupe::Fields(sample.json()));
}

bool never() { return false; }

/// The code and sentence of what `f` throws.
template <typename F>
std::pair<int, std::string> errorOf(F f) {
  try {
    f();
  } catch (const Error& e) {
    return {e.code(), e.what()};
  }
  return {TROUPE_OK, "no error"};
}

void saveInThreads(StoryStore& store, int threads, int each, const std::function<void(int)>& saved) {
  std::vector<std::thread> pool;
  for (int t = 0; t < threads; ++t) {
    pool.emplace_back([&, t] {
      for (int i = 0; i < each; ++i) {
        store.save(story(t * each + i), never);
        saved(t * each + i);
      }
    });
  }
  for (auto& thread : pool) thread.join();
}

}  // namespace

TEST_CASE("store.sqlite keeps what made a story", "[store][sqlite]") {
  const TempDir dir;
  const auto path = dir / "stories.db";
  FakeHost host;
  {
    FakeNode node(host, plugin(), options(path, 5000, R"(,"user_id":"ann")"));
    SampleText sample;
    sample.index = 17;
    const StoreCall call(host, node, sample);
    REQUIRE(call.message().empty());
    CHECK(call.value("saved") == R"({"id":1,"where":")" + path.string() + R"("})");
  }
  Database db(path.string());
  const auto [column, expected] = GENERATE(table<std::string, std::string>({
      {"run", "stories-7f3a"},
      {"idx", "17"},
      {"genre", "fantasy"},
      {"prompt", "Write a fantasy story."},
      {"text", "Once there was a lamp."},
      {"node", "wren"},
      {"model", "model of wren"},
      {"quality", "8.5"},
      {"margin", "2.5"},
      {"reason", "wren is better"},
      {"seed", "57"},
      {"json_extract(messages, '$[0].content')", "You write."},
      {"ranking", R"(["17/wren","17/quill"])"},
      {"json_extract(scores, '$[0].scorer')", "craft"},
      {"json_extract(candidates, '$[1].text')", "Another."},
      {"json_extract(candidates, '$[1].scores[0].value')", "6.0"},
      {"votes", "[]"},
      {"user_id", "ann"},
      {"saved_at", "1700000000000"},
  }));
  CAPTURE(column);
  CHECK(db.text("SELECT " + column + " FROM stories") == expected);
}

TEST_CASE("store.sqlite saves a sample once", "[store][sqlite]") {
  const TempDir dir;
  FakeHost host;
  FakeNode node(host, plugin(), options(dir / "stories.db"));
  SampleText sample;
  CHECK(StoreCall(host, node, sample).value("saved").find(R"("id":1,)") != std::string::npos);
  sample.index = 1;
  CHECK(StoreCall(host, node, sample).value("saved").find(R"("id":2,)") != std::string::npos);
  sample.index = 0;
  sample.text = "Something else.";
  CHECK(StoreCall(host, node, sample).value("saved").find(R"("id":1,)") != std::string::npos);
  sample.run = "another run";
  CHECK(StoreCall(host, node, sample).value("saved").find(R"("id":3,)") != std::string::npos);
  Database db((dir / "stories.db").string());
  CHECK(db.text("SELECT group_concat(text, '|') FROM (SELECT text FROM stories ORDER BY id)") ==
        "Once there was a lamp.|Once there was a lamp.|Something else.");
}

TEST_CASE("store.sqlite keeps what is missing as NULL and what is odd as it is", "[store][sqlite]") {
  const TempDir dir;
  FakeHost host;
  FakeNode node(host, plugin(), options(dir / "stories.db"));
  FakeCall call(host, R"({"sample":{"run":"r","index":0,"winner":"0/a","quality":null,
    "prompt":{"messages":[{"role":"user","content":""}]},
    "candidates":[{"id":"0/a","node":"a","text":"\u0000 ' \" \u2603"}]}})");
  REQUIRE(node.run(call) == TROUPE_OK);
  Database db((dir / "stories.db").string());
  CHECK(db.integer(
            "SELECT count(*) FROM stories WHERE genre IS NULL AND model IS NULL AND quality IS NULL AND margin IS NULL "
            "AND reason IS NULL AND seed IS NULL AND user_id IS NULL AND ranking = '[]' AND scores = '[]' AND prompt = "
            "''") == 1);
  CHECK(db.text("SELECT hex(text) FROM stories") == "002027202220E29883");
}

TEST_CASE("store.sqlite says what is wrong with a sample", "[store][sqlite]") {
  const TempDir dir;
  FakeHost host;
  FakeNode node(host, plugin(), options(dir / "stories.db"));
  const auto [input, message] = GENERATE(table<std::string, std::string>({
      {R"({})", R"("sample" is missing or not an object)"},
      {R"({"sample":{"run":"r","index":0,"prompt":{"messages":[]},"candidates":[]}})",
       R"("winner" is missing or not a string)"},
      {R"({"sample":{"run":"r","index":0,"prompt":{"messages":[]},"candidates":[],"winner":"0/x"}})",
       R"(the winner "0/x" is not among the candidates of the sample)"},
      {R"({"sample":{"run":"r","index":0,"prompt":{"messages":[7]},"candidates":[{"id":"0/x"}],"winner":"0/x"}})",
       "a message of the prompt is not an object"},
  }));
  FakeCall call(host, input);
  CHECK(node.run(call) == TROUPE_E_INTERNAL);
  CHECK(call.message() == message);
  CHECK(call.emitted().empty());
}

TEST_CASE("store.sqlite refuses a path that cannot be a database", "[store][sqlite]") {
  const TempDir dir;
  const auto text_file = dir.write("notes.txt", "these are notes, and far from being a database of SQLite\n");
  const auto path = GENERATE(as<std::string>{}, "nowhere/stories.db", "notes.txt/stories.db", "notes.txt", ".");
  const std::map<std::string, std::string> expected = {
      {"nowhere/stories.db", "nowhere\" does not exist; create it, or change \"path\""},
      {"notes.txt/stories.db", "notes.txt\" is a file, not a folder; change \"path\""},
      {"notes.txt", "this file is no SQLite database; choose another \"path\""},
      {".", "it is a folder"},
  };
  CAPTURE(path);
  const auto [code, message] = errorOf([&, p = path] { StoryStore((dir / p).string(), 0); });
  CHECK(code == TROUPE_E_PERMANENT_REQUEST);
  CHECK_THAT(message, Catch::Contains(expected.at(path)));
  CHECK(errorOf([] { StoryStore(":memory:", 0); }).first == TROUPE_E_PERMANENT_REQUEST);
}

TEST_CASE("store.sqlite leaves a database of another program alone", "[store][sqlite]") {
  const TempDir dir;
  const auto path = (dir / "theirs.db").string();
  Database(path).execute("CREATE TABLE accounts (id)");
  const auto [code, message] = errorOf([&] { StoryStore(path, 0); });
  CHECK(code == TROUPE_E_PERMANENT_REQUEST);
  CHECK_THAT(message, Catch::Contains("belongs to another program"));
  CHECK(Database(path).integer("SELECT count(*) FROM sqlite_schema") == 1);
}

TEST_CASE("store.sqlite brings an older file up to date and refuses a newer one", "[store][sqlite]") {
  const TempDir dir;
  const auto path = (dir / "stories.db").string();
  { StoryStore(path, 0).save(story(0), never); }
  auto steps = troupe::sqlite_store::layoutSteps();
  steps.emplace_back("ALTER TABLE stories ADD COLUMN note TEXT DEFAULT 'new'");
  Database db(path);
  troupe::sqlite_store::bringUpToDate(db, steps);
  CHECK(db.integer("PRAGMA user_version") == static_cast<std::int64_t>(steps.size()));
  CHECK(db.text("SELECT text || note FROM stories") == "Once there was a lamp.new");

  const auto [code, message] = errorOf([&] { StoryStore(path, 0); });
  CHECK(code == TROUPE_E_PERMANENT_REQUEST);
  CHECK_THAT(message, Catch::Contains("its layout is 2, made by a newer Troupe; this one knows up to 1"));
}

TEST_CASE("store.sqlite takes a failed migration back", "[store][sqlite]") {
  const TempDir dir;
  Database db((dir / "stories.db").string());
  auto steps = troupe::sqlite_store::layoutSteps();
  steps.emplace_back("CREATE TABLE stories (twice)");
  CHECK_THROWS_AS(troupe::sqlite_store::bringUpToDate(db, steps), Error);
  CHECK(db.integer("PRAGMA user_version") == 0);
  CHECK(db.integer("SELECT count(*) FROM sqlite_schema") == 0);
}

TEST_CASE("store.sqlite waits for a lock, and says when it was too long", "[store][sqlite]") {
  const TempDir dir;
  FakeHost host;
  FakeNode node(host, plugin(), options(dir / "stories.db", 0));
  Database other((dir / "stories.db").string());
  other.execute("BEGIN IMMEDIATE");
  const StoreCall locked(host, node, SampleText());
  CHECK(locked.code() == TROUPE_E_OVERLOADED);
  CHECK_THAT(locked.message(), Catch::Contains("another program has locked the database"));
  CHECK(locked.emitted().empty());
  other.execute("COMMIT");
  CHECK(StoreCall(host, node, SampleText()).values("saved").size() == 1);
}

TEST_CASE("store.sqlite gives up waiting when the call is cancelled", "[store][sqlite]") {
  const TempDir dir;
  FakeHost host;
  FakeNode node(host, plugin(), options(dir / "stories.db", 600000));
  Database other((dir / "stories.db").string());
  other.execute("BEGIN IMMEDIATE");
  FakeCall call(host, SampleText().input());
  call.cancel();
  CHECK(node.run(call) == TROUPE_E_CANCELLED);
}

TEST_CASE("store.sqlite saves from many threads, each row once", "[store][sqlite]") {
  const TempDir dir;
  const auto path = (dir / "stories.db").string();
  std::mutex mutex;
  std::set<std::int64_t> ids;
  {
    StoryStore store(path, 5000);
    std::vector<std::thread> pool;
    for (int t = 0; t < 16; ++t) {
      pool.emplace_back([&, t] {
        for (int i = 0; i < 40; ++i) {
          const auto id = store.save(story(t / 2 * 40 + i), never);  // two threads save the same
          const std::lock_guard lock(mutex);
          ids.insert(id);
        }
      });
    }
    for (auto& thread : pool) thread.join();
  }
  Database db(path);
  CHECK(ids.size() == 320);
  CHECK(db.integer("SELECT count(*) FROM stories") == 320);
  CHECK(db.text("PRAGMA integrity_check") == "ok");
}

TEST_CASE("store.sqlite keeps the others of a group when the database refuses one", "[store][sqlite]") {
  const TempDir dir;
  const auto path = (dir / "stories.db").string();
  StoryStore store(path, 5000);
  Database(path).execute(
      "CREATE TRIGGER picky BEFORE INSERT ON stories WHEN NEW.idx % 10 = 3 BEGIN SELECT RAISE(ABORT, 'not this one'); "
      "END");
  std::atomic<int> refused{0};
  std::vector<std::thread> pool;
  for (int t = 0; t < 10; ++t) {
    pool.emplace_back([&, t] {
      for (int i = 0; i < 20; ++i) {
        const auto [code, message] = errorOf([&] { store.save(story(i * 10 + t), never); });
        if (code == TROUPE_E_PERMANENT_REQUEST && message.find("not this one") != std::string::npos) ++refused;
      }
    });
  }
  for (auto& thread : pool) thread.join();
  CHECK(refused == 20);
  CHECK(Database(path).integer("SELECT count(*) FROM stories") == 180);
}

TEST_CASE("store.sqlite lets two writers share a file", "[store][sqlite]") {
  const TempDir dir;
  const auto path = (dir / "stories.db").string();
  const auto work = [&](const std::string& run) {
    return [&path, run](const Child::Announce& announce) {
      StoryStore store(path, 20000);
      for (int i = 0; i < 100; ++i) announce(static_cast<int>(store.save(story(i, run), never)));
    };
  };
  Child one(work("one"));
  Child two(work("two"));
  const auto a = one.rest();
  const auto b = two.rest();
  CHECK(one.wait() == 0);
  CHECK(two.wait() == 0);
  std::set<int> ids(a.begin(), a.end());
  ids.insert(b.begin(), b.end());
  CHECK(ids.size() == 200);
  CHECK(Database(path).integer("SELECT count(*) FROM stories") == 200);
}

TEST_CASE("store.sqlite loses nothing announced when it is killed", "[store][sqlite]") {
  const auto announcements = GENERATE(as<std::size_t>{}, 1, 7, 60, 200);
  const TempDir dir;
  const auto path = (dir / "stories.db").string();
  Child child([&](const Child::Announce& announce) {
    StoryStore store(path, 5000);
    saveInThreads(store, 8, 1000, announce);
  });
  auto announced = child.next(announcements);
  child.kill();
  const auto rest = child.rest();
  announced.insert(announced.end(), rest.begin(), rest.end());
  REQUIRE(announced.size() >= announcements);

  StoryStore store(path, 5000);
  Database db(path);
  const auto before = db.integer("SELECT count(*) FROM stories");
  for (const int index : announced) {
    CAPTURE(index);
    CHECK(db.integer("SELECT count(*) FROM stories WHERE run = 'r' AND idx = " + std::to_string(index)) == 1);
    store.save(story(index), never);
  }
  CHECK(db.integer("SELECT count(*) FROM stories") == before);
}

TEST_CASE("store.sqlite fails the large row on a full disk, not the small ones, and goes on when there is room",
          "[store][sqlite]") {
  const TempDir dir;
  const auto path = (dir / "stories.db").string();
  Child child([&](const Child::Announce& announce) {
    StoryStore store(path, 5000);
    store.save(story(0), never);
    troupe::test::limitFileSize(400 * 1024);
    const Story large = story(1, "r", std::string(600 * 1024, 'x'));
    const auto [code, message] = errorOf([&] { store.save(large, never); });
    announce(code);
    announce(message.find("the disk is full or fails") != std::string::npos ? 1 : 0);
    announce(static_cast<int>(store.save(story(2), never)));
    troupe::test::limitFileSize(RLIM_INFINITY);
    announce(static_cast<int>(store.save(large, never)));
  });
  CHECK(child.rest() == std::vector<int>{TROUPE_E_TRANSIENT, 1, 2, 3});
  CHECK(child.wait() == 0);
  CHECK(Database(path).text("PRAGMA integrity_check") == "ok");
}

TEST_CASE("store.sqlite says that a file is damaged", "[store][sqlite]") {
  const TempDir dir;
  const auto path = (dir / "stories.db").string();
  {
    StoryStore store(path, 5000);
    for (int i = 0; i < 200; ++i) store.save(story(i), never);
  }
  auto bytes = troupe::test::readFile(path);
  for (std::size_t i = 4096; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 31);
  dir.write("stories.db", bytes);
  const auto [code, message] = errorOf([&] { StoryStore(path, 0).save(story(500), never); });
  CHECK(code == TROUPE_E_PERMANENT_REQUEST);
  CHECK_THAT(message, Catch::Contains("the database is damaged"));
}

TEST_CASE("store.sqlite: the queries of its README work", "[store][sqlite]") {
  const TempDir dir;
  const auto path = (dir / "stories.db").string();
  StoryStore(path, 0).save(story(0), never);
  Database db(path);
  const std::string readme = troupe::test::readFile(TROUPE_SOURCE_DIR "/plugins/stores/sqlite/README.md");
  const std::string command = "\nsqlite3 stories.db \"";
  int queries = 0;
  for (std::size_t at = readme.find(command); at != std::string::npos; at = readme.find(command, at)) {
    at += command.size();
    const std::string sql = readme.substr(at, readme.find("\"\n", at) - at);
    CAPTURE(sql);
    CHECK(troupe::sqlite_store::Statement(db, sql).step());
    ++queries;
  }
  CHECK(queries == 6);
}

TEST_CASE("store.sqlite: rows a second", "[.benchmark]") {
  const TempDir dir;
  const auto threads = GENERATE(1, 8, 64, 128);
  StoryStore store((dir / "stories.db").string(), 5000);
  const int each = 20000 / threads / (threads < 8 ? 8 : 1);
  const auto start = std::chrono::steady_clock::now();
  saveInThreads(store, threads, each, [](int) {});
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  WARN(threads << " callers: " << static_cast<int>(threads * each / seconds.count()) << " rows/s");
}
