#include "layout.hpp"

namespace troupe::sqlite_store {
namespace {

constexpr std::int64_t kApplicationId = 0x54525354;  // "TRST": this file was made by Troupe's store.

void refuse(const Database& database, const std::string& fact) {
  throw Error(TROUPE_E_PERMANENT_REQUEST, database.path() + ": " + fact);
}

/// The layout of the file; 0 for a new one.
std::size_t layoutOf(Database& database, std::size_t newest) {
  const std::int64_t layout = database.integer("PRAGMA user_version");
  const std::int64_t application = database.integer("PRAGMA application_id");
  const std::int64_t tables = database.integer("SELECT count(*) FROM sqlite_schema");
  const bool is_new = layout == 0 && application == 0 && tables == 0;
  if (!is_new && application != kApplicationId)
    refuse(database, "this database belongs to another program; give the store a file of its own");
  if (layout < 0 || static_cast<std::uint64_t>(layout) > newest)
    refuse(database, "its layout is " + std::to_string(layout) + ", made by a newer Troupe; this one knows up to " +
                         std::to_string(newest) + "; use the newer Troupe, or choose another \"path\"");
  return static_cast<std::size_t>(layout);
}

}  // namespace

const std::vector<std::string>& layoutSteps() {
  static const std::vector<std::string> steps = {
      // 1. UNIQUE (run, idx) makes saving twice harmless and serves "the stories of a run, in order"; the other index
      // serves
      // "the best of a genre" and "how many of each genre". More would only make saving slower.
      R"sql(
        CREATE TABLE stories (
          id         INTEGER PRIMARY KEY,
          run        TEXT    NOT NULL,
          idx        INTEGER NOT NULL,
          genre      TEXT,
          prompt     TEXT    NOT NULL,
          text       TEXT    NOT NULL,
          node       TEXT    NOT NULL,
          model      TEXT,
          quality    REAL,
          margin     REAL,
          reason     TEXT,
          seed       INTEGER,
          messages   TEXT    NOT NULL,
          ranking    TEXT    NOT NULL,
          scores     TEXT    NOT NULL,
          candidates TEXT    NOT NULL,
          votes      TEXT    NOT NULL,
          user_id    TEXT,
          saved_at   INTEGER NOT NULL,
          UNIQUE (run, idx)
        );
        CREATE INDEX stories_by_genre ON stories (genre, quality DESC);
      )sql",
  };
  return steps;
}

void bringUpToDate(Database& database, const std::vector<std::string>& steps) {
  if (layoutOf(database, steps.size()) == steps.size()) return;
  database.execute("BEGIN IMMEDIATE");
  try {
    // Asked again: another process may have done it while this one waited for its turn.
    for (std::size_t layout = layoutOf(database, steps.size()); layout < steps.size(); ++layout)
      database.execute(steps[layout]);
    database.execute("PRAGMA application_id = " + std::to_string(kApplicationId));
    database.execute("PRAGMA user_version = " + std::to_string(steps.size()));
    database.execute("COMMIT");
  } catch (...) {
    database.rollback();
    throw;
  }
}

}  // namespace troupe::sqlite_store
