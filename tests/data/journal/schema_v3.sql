-- What version 3 adds to version 2, as it was released. Never changed: host/journal/migrations.cpp is held against it.
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
