#include <catch2/catch.hpp>

#include <array>

#include "host/journal/journal_support.hpp"
#include "journal/migrations.hpp"
#include "journal/open.hpp"
#include "support/temp_dir.hpp"

using namespace troupe::journal;
using namespace troupe::test;
namespace fs = std::filesystem;

namespace {

// Every object of a database with its text, without line breaks of a format.
std::string schemaOf(const fs::path& file) {
  sqlite::Connection connection(file, sqlite::Open::read);
  auto query = connection.query("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name");
  std::string text;
  while (query.next()) text += query.text(0) + ";\n";
  return text;
}

constexpr std::array kSteps{
    Migration{1,
              "CREATE TABLE meta (name TEXT PRIMARY KEY, value ANY) STRICT, WITHOUT ROWID;"
              "CREATE TABLE stories (text TEXT) STRICT; INSERT INTO stories VALUES ('old');"},
    Migration{2, "ALTER TABLE stories ADD COLUMN words INTEGER; UPDATE stories SET words = 1"},
    Migration{3, "CREATE TABLE more (x INTEGER) STRICT"},
};
constexpr std::array kBroken{kSteps[0], kSteps[1], Migration{3, "CREATE TABLE more (x INTEGER) STRICT; no SQL"}};

std::int64_t number(const fs::path& file, const std::string& sql) {
  return sqlite::Connection(file, sqlite::Open::read).number(sql);
}

}  // namespace

TEST_CASE("the schema of each version is what it was when it was released", "[journal]") {
  TempDir folder;
  sqlite::Connection released(folder / "released.db", sqlite::Open::write);
  sqlite::Connection made(folder / "made.db", sqlite::Open::write);
  for (const auto& step : migrations()) {
    const auto version = std::to_string(step.version);
    INFO("version " << version);
    released.script(readFile(TROUPE_TEST_DATA "/journal/schema_v" + version + ".sql"));
    migrate(made, folder / "made.db", migrations().first(static_cast<std::size_t>(step.version)));
    CHECK(number(folder / "made.db", "PRAGMA user_version") == step.version);
    CHECK(schemaOf(folder / "made.db") == schemaOf(folder / "released.db"));
  }
  { Journal journal(writing(folder / "new.db")); }
  CHECK(schemaOf(folder / "new.db") == schemaOf(folder / "released.db"));
}

TEST_CASE("a journal of version 1 is upgraded with its runs, by a writer or a reader", "[journal]") {
  TempDir folder;
  const auto file = folder / "j.db";
  {
    sqlite::Connection old(file, sqlite::Open::write);
    migrate(old, file, migrations().first(1));
    old.script(
        "INSERT INTO runs VALUES (7, 'old-1', 'paused', 'why', 1, 0, 2, 3, 4, 5, 6, 'p', 'h', 'f', 'b', 'u', '[]', '', "
        "'e', 't'), (9, 'old-2', 'complete', '', 1, 8, 2, 3, 4, 5, 6, 'p', 'h', 'f', 'b', 'u', '[]', '{}', 'e', 't')");
  }
  fs::copy_file(file, folder / "read.db");
  CHECK(Journal(reading(folder / "read.db")).findRun("old-1").reason == "why");
  CHECK(number(folder / "read.db", "PRAGMA user_version") == migrations().back().version);
  Journal journal(writing(file));
  CHECK(journal.runsIn("paused").at(0).pipeline_text == "t");
  CHECK(journal.lastEnded()->id == "old-2");
  CHECK_FALSE(journal.requestedRun(""));
  CHECK(journal.orderRun(newRun(), {"", ""}, "queued").fresh);
  CHECK(journal.orderRun(newRun(), {"", ""}, "queued").fresh);  // no key is no request that could come again
  CHECK(number(folder / "j.db.v1.bak", "SELECT count(*) FROM runs") == 2);
}

TEST_CASE("versions are numbered without a gap", "[journal]") {
  int expected = 0;
  for (const auto& step : migrations()) CHECK(step.version == ++expected);
}

TEST_CASE("a migration copies the journal first, then takes every missing step", "[journal]") {
  TempDir folder;
  const auto file = folder / "j.db";
  sqlite::Connection connection(file, sqlite::Open::write);
  migrate(connection, file, std::span(kSteps).first(1));
  CHECK(number(file, "PRAGMA user_version") == 1);
  CHECK_FALSE(fs::exists(folder / "j.db.v1.bak"));
  const auto epoch = number(file, "SELECT count(*) FROM meta WHERE name = 'epoch'");
  CHECK(epoch == 1);

  migrate(connection, file, kSteps);
  CHECK(number(file, "PRAGMA user_version") == 3);
  CHECK(number(file, "SELECT words FROM stories") == 1);
  CHECK(number(folder / "j.db.v1.bak", "PRAGMA user_version") == 1);
  CHECK(number(folder / "j.db.v1.bak", "SELECT count(*) FROM stories") == 1);
  CHECK(number(folder / "j.db.v1.bak", "SELECT count(*) FROM pragma_table_info('stories')") == 1);
  CHECK_FALSE(fs::exists(folder / "j.db.v1.bak.partial"));

  fs::remove(folder / "j.db.v1.bak");
  migrate(connection, file, kSteps);  // nothing to do
  CHECK_FALSE(fs::exists(folder / "j.db.v3.bak"));
}

TEST_CASE("a step that fails leaves the version before it", "[journal]") {
  TempDir folder;
  const auto file = folder / "j.db";
  sqlite::Connection connection(file, sqlite::Open::write);
  CHECK_THROWS_AS(migrate(connection, file, kBroken), sqlite::Error);
  CHECK(number(file, "PRAGMA user_version") == 2);
  CHECK(number(file, "SELECT count(*) FROM sqlite_master WHERE name = 'more'") == 0);
  migrate(connection, file, kSteps);
  CHECK(number(file, "PRAGMA user_version") == 3);
}

TEST_CASE("a newer journal is refused by writers and readers, and left as it is", "[journal]") {
  TempDir folder;
  const auto file = folder / "j.db";
  { Journal journal(writing(file)); }
  sqlite::Connection(file, sqlite::Open::write).script("PRAGMA user_version = 7");
  const auto expected = "the journal " + file.string() + " has version 7, this program knows versions up to " +
                        std::to_string(migrations().back().version) +
                        "; use the newer troupe that wrote it, or "
                        "name another file with --journal";
  CHECK(messageOf([&] { Journal journal(writing(file)); }) == expected);
  CHECK(messageOf([&] { Journal journal(reading(file)); }) == expected);
  CHECK(number(file, "PRAGMA user_version") == 7);
}

TEST_CASE("another program's database is refused and left as it is", "[journal]") {
  TempDir folder;
  const auto file = folder / "stories.db";
  sqlite::Connection(file, sqlite::Open::write).script("CREATE TABLE stories (text TEXT)");
  const auto before = readFile(file);
  const auto expected =
      file.string() + " is another program's database, not a journal of troupe; name another file with --journal";
  CHECK(messageOf([&] { Journal journal(writing(file)); }) == expected);
  CHECK(messageOf([&] { Journal journal(reading(file)); }) == expected);
  CHECK(readFile(file) == before);
}
