-- What version 4 adds to version 3, as it was released. Never changed: host/journal/migrations.cpp is held against it.
-- Calls that a node made of the models cast for its roles, told apart from the candidates' calls. `about` is the
-- candidate's node, or ''; `nth` counts equal requests.
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
