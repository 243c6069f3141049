-- Version 1 of the journal as it was released. Never changed: host/journal/migrations.cpp is held against it.
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
