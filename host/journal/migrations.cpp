#include "journal/migrations.hpp"

#include <array>
#include <random>
#include <string>

#include "journal/backup.hpp"
#include "support/problem.hpp"

namespace troupe::journal {
namespace {

// Rows of one sample lie together: tables without rowid, clustered by (run, idx, …), which is also the order of every
// access. Nothing that is written per sample is ever updated: beginnings, decisions and settlings are rows of their
// own.
constexpr const char* kVersion1 = R"sql(
CREATE TABLE meta (
  name  TEXT PRIMARY KEY,
  value ANY
) STRICT, WITHOUT ROWID;

CREATE TABLE runs (
  key                INTEGER PRIMARY KEY AUTOINCREMENT,
  id                 TEXT NOT NULL UNIQUE,
  state              TEXT NOT NULL,
  reason             TEXT NOT NULL,
  created_at         INTEGER NOT NULL,
  ended_at           INTEGER NOT NULL,
  active_ms          INTEGER NOT NULL,
  repeated           INTEGER NOT NULL,
  samples            INTEGER NOT NULL,
  in_flight          INTEGER NOT NULL,
  seed               INTEGER NOT NULL,
  pipeline_name      TEXT NOT NULL,
  pipeline_hash      TEXT NOT NULL,
  file               TEXT NOT NULL,
  base               TEXT NOT NULL,
  user_id            TEXT NOT NULL,
  overrides          TEXT NOT NULL,
  result             TEXT NOT NULL,
  pipeline_effective TEXT NOT NULL,
  pipeline_text      TEXT NOT NULL
) STRICT;

-- The code that made a row.
CREATE TABLE plugins (
  key     INTEGER PRIMARY KEY,
  id      TEXT NOT NULL,
  version TEXT NOT NULL,
  sha256  TEXT NOT NULL,
  UNIQUE (id, version, sha256)
) STRICT;

CREATE TABLE samples (
  run    INTEGER NOT NULL,
  idx    INTEGER NOT NULL,
  seed   INTEGER NOT NULL,
  genre  TEXT NOT NULL,
  prompt TEXT NOT NULL,
  plugin INTEGER NOT NULL,
  PRIMARY KEY (run, idx)
) STRICT, WITHOUT ROWID;

-- Begun and not settled: what a resume goes on with, without looking at all that is done.
CREATE TABLE open_samples (
  run INTEGER NOT NULL,
  idx INTEGER NOT NULL,
  PRIMARY KEY (run, idx)
) STRICT, WITHOUT ROWID;

CREATE TABLE attempts (
  run        INTEGER NOT NULL,
  idx        INTEGER NOT NULL,
  node       TEXT NOT NULL,
  seq        INTEGER NOT NULL,
  attempt    INTEGER NOT NULL,
  code       INTEGER NOT NULL,
  message    TEXT NOT NULL,
  latency_ms INTEGER NOT NULL,
  at         INTEGER NOT NULL,
  PRIMARY KEY (run, idx, node, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE calls (
  run          INTEGER NOT NULL,
  idx          INTEGER NOT NULL,
  node         TEXT NOT NULL,
  request_hash TEXT NOT NULL,
  ok           INTEGER NOT NULL,
  code         INTEGER NOT NULL,
  attempts     INTEGER NOT NULL,
  latency_ms   INTEGER NOT NULL,
  at           INTEGER NOT NULL,
  plugin       INTEGER NOT NULL,
  message      TEXT NOT NULL,
  answer       TEXT NOT NULL,
  PRIMARY KEY (run, idx, node, request_hash)
) STRICT, WITHOUT ROWID;

CREATE TABLE scores (
  run    INTEGER NOT NULL,
  idx    INTEGER NOT NULL,
  node   TEXT NOT NULL,
  scorer TEXT NOT NULL,
  value  REAL,
  plugin INTEGER NOT NULL,
  json   TEXT NOT NULL,
  PRIMARY KEY (run, idx, node, scorer)
) STRICT, WITHOUT ROWID;

CREATE TABLE decisions (
  run     INTEGER NOT NULL,
  idx     INTEGER NOT NULL,
  ok      INTEGER NOT NULL,
  winner  TEXT NOT NULL,
  quality REAL,
  plugin  INTEGER NOT NULL,
  reason  TEXT NOT NULL,
  json    TEXT NOT NULL,
  PRIMARY KEY (run, idx)
) STRICT, WITHOUT ROWID;

CREATE TABLE verdicts (
  run    INTEGER NOT NULL,
  idx    INTEGER NOT NULL,
  node   TEXT NOT NULL,
  pass   INTEGER NOT NULL,
  plugin INTEGER NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (run, idx, node)
) STRICT, WITHOUT ROWID;

CREATE TABLE holds (
  run             INTEGER NOT NULL,
  idx             INTEGER NOT NULL,
  node            TEXT NOT NULL,
  until           INTEGER,
  pass_by_default INTEGER NOT NULL,
  plugin          INTEGER NOT NULL,
  why             TEXT NOT NULL,
  PRIMARY KEY (run, idx, node)
) STRICT, WITHOUT ROWID;

CREATE TABLE hold_decisions (
  run     INTEGER NOT NULL,
  idx     INTEGER NOT NULL,
  node    TEXT NOT NULL,
  pass    INTEGER NOT NULL,
  at      INTEGER NOT NULL,
  decider TEXT NOT NULL,
  PRIMARY KEY (run, idx, node)
) STRICT, WITHOUT ROWID;

CREATE TABLE saves (
  run    INTEGER NOT NULL,
  idx    INTEGER NOT NULL,
  node   TEXT NOT NULL,
  plugin INTEGER NOT NULL,
  json   TEXT NOT NULL,
  PRIMARY KEY (run, idx, node)
) STRICT, WITHOUT ROWID;

CREATE TABLE feedback (
  run  INTEGER NOT NULL,
  node TEXT NOT NULL,
  idx  INTEGER NOT NULL,
  json TEXT NOT NULL,
  PRIMARY KEY (run, node, idx)
) STRICT, WITHOUT ROWID;

-- ids are given by the writer and never used twice (meta "last_event" remembers those of deleted runs).
CREATE TABLE events (
  id   INTEGER PRIMARY KEY,
  run  INTEGER NOT NULL,
  n    INTEGER NOT NULL,
  at   INTEGER NOT NULL,
  type TEXT NOT NULL,
  json TEXT NOT NULL
) STRICT;
CREATE INDEX events_by_run ON events (run);

CREATE TABLE cursors (
  run      INTEGER NOT NULL,
  sink     TEXT NOT NULL,
  event_id INTEGER NOT NULL,
  PRIMARY KEY (run, sink)
) STRICT, WITHOUT ROWID;
)sql";

// A run may be asked for by a key that whoever asks has chosen; servers look for runs by their state.
constexpr const char* kVersion2 = R"sql(
ALTER TABLE runs ADD COLUMN request_key TEXT;
ALTER TABLE runs ADD COLUMN request_hash TEXT NOT NULL DEFAULT '';
CREATE UNIQUE INDEX runs_by_request_key ON runs (request_key) WHERE request_key IS NOT NULL;
CREATE INDEX runs_by_state ON runs (state);
CREATE INDEX runs_by_end ON runs (ended_at);
)sql";

// What attempts of providers may cost and have cost. Amounts are whole nano-dollars.
constexpr const char* kVersion3 = R"sql(
CREATE TABLE reservations (
  run      INTEGER NOT NULL,
  idx      INTEGER NOT NULL,
  node     TEXT NOT NULL,
  id       INTEGER NOT NULL,
  attempt  INTEGER NOT NULL,
  nano_usd INTEGER NOT NULL,
  tokens   INTEGER NOT NULL,
  at       INTEGER NOT NULL,
  PRIMARY KEY (run, idx, node, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE charges (
  run      INTEGER NOT NULL,
  idx      INTEGER NOT NULL,
  node     TEXT NOT NULL,
  id       INTEGER NOT NULL,
  attempt  INTEGER NOT NULL,
  code     INTEGER NOT NULL,
  nano_usd INTEGER NOT NULL,
  tokens   INTEGER NOT NULL,
  input    INTEGER,
  cached   INTEGER,
  output   INTEGER,
  mark     TEXT NOT NULL,
  at       INTEGER NOT NULL,
  PRIMARY KEY (run, idx, node, id)
) STRICT, WITHOUT ROWID;
)sql";

// Calls that a node made of the models cast for its roles, told apart from the candidates' calls. `about` is the
// candidate's node, or ''; `nth` counts equal requests.
constexpr const char* kVersion4 = R"sql(
CREATE TABLE model_calls (
  run          INTEGER NOT NULL,
  idx          INTEGER NOT NULL,
  caller       TEXT NOT NULL,
  about        TEXT NOT NULL,
  node         TEXT NOT NULL,
  request_hash TEXT NOT NULL,
  nth          INTEGER NOT NULL,
  role         TEXT NOT NULL,
  ok           INTEGER NOT NULL,
  code         INTEGER NOT NULL,
  attempts     INTEGER NOT NULL,
  latency_ms   INTEGER NOT NULL,
  at           INTEGER NOT NULL,
  plugin       INTEGER NOT NULL,
  message      TEXT NOT NULL,
  answer       TEXT NOT NULL,
  PRIMARY KEY (run, idx, caller, about, node, request_hash, nth)
) STRICT, WITHOUT ROWID;

CREATE TABLE model_attempts (
  run        INTEGER NOT NULL,
  idx        INTEGER NOT NULL,
  caller     TEXT NOT NULL,
  about      TEXT NOT NULL,
  node       TEXT NOT NULL,
  seq        INTEGER NOT NULL,
  attempt    INTEGER NOT NULL,
  code       INTEGER NOT NULL,
  message    TEXT NOT NULL,
  latency_ms INTEGER NOT NULL,
  at         INTEGER NOT NULL,
  PRIMARY KEY (run, idx, caller, about, node, seq)
) STRICT, WITHOUT ROWID;
)sql";

constexpr std::array kMigrations{Migration{1, kVersion1}, Migration{2, kVersion2}, Migration{3, kVersion3},
                                 Migration{4, kVersion4}};

std::string randomEpoch() {
  std::random_device random;
  std::string text;
  for (int i = 0; i < 16; ++i) text += "0123456789abcdef"[random() & 15U];
  return text;
}

}  // namespace

std::span<const Migration> migrations() { return kMigrations; }

int journalVersion(sqlite::Connection& connection, const std::filesystem::path& file,
                   std::span<const Migration> steps) {
  const auto application = connection.number("PRAGMA application_id");
  const auto version = connection.number("PRAGMA user_version");
  const bool empty = connection.number("SELECT count(*) FROM sqlite_master") == 0;
  if (application != kApplicationId && !(empty && application == 0 && version == 0)) {
    throw Failure(ExitCode::journal, file.string() + " is another program's database, not a journal of troupe; name " +
                                         "another file with --journal");
  }
  if (version > steps.back().version) {
    throw Failure(ExitCode::journal, "the journal " + file.string() + " has version " + std::to_string(version) +
                                         ", this program knows versions up to " + std::to_string(steps.back().version) +
                                         "; use the newer troupe that wrote it, or name another file with --journal");
  }
  return static_cast<int>(version);
}

void migrate(sqlite::Connection& connection, const std::filesystem::path& file, std::span<const Migration> steps) {
  const int found = journalVersion(connection, file, steps);
  if (found > 0 && found < steps.back().version) {
    copyDatabase(connection, file.string() + ".v" + std::to_string(found) + ".bak");
  }
  for (const auto& step : steps) {
    if (step.version <= found) continue;
    sqlite::Transaction transaction(connection, sqlite::Transaction::Kind::write);
    connection.script(step.sql);
    if (found == 0 && step.version == 1) {
      connection.script("PRAGMA application_id = " + std::to_string(kApplicationId));
      connection.execute("INSERT INTO meta (name, value) VALUES ('epoch', ?)", randomEpoch());
    }
    connection.script("PRAGMA user_version = " + std::to_string(step.version));
    transaction.commit();
  }
}

}  // namespace troupe::journal
