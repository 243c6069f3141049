#include "journal/deletion.hpp"

#include <limits>

namespace troupe::journal {
namespace {

constexpr std::int64_t kSamples = 128;
constexpr std::int64_t kRows = 1024;

void deleteSamples(sqlite::Connection& connection, RunKey run, std::int64_t last) {
  connection.execute("DELETE FROM open_samples WHERE run = ? AND idx <= ?", run, last);
  connection.execute("DELETE FROM attempts WHERE run = ? AND idx <= ?", run, last);
  connection.execute("DELETE FROM calls WHERE run = ? AND idx <= ?", run, last);
  connection.execute("DELETE FROM model_attempts WHERE run = ? AND idx <= ?", run, last);
  connection.execute("DELETE FROM model_calls WHERE run = ? AND idx <= ?", run, last);
  connection.execute("DELETE FROM scores WHERE run = ? AND idx <= ?", run, last);
  connection.execute("DELETE FROM decisions WHERE run = ? AND idx <= ?", run, last);
  connection.execute("DELETE FROM verdicts WHERE run = ? AND idx <= ?", run, last);
  connection.execute("DELETE FROM holds WHERE run = ? AND idx <= ?", run, last);
  connection.execute("DELETE FROM hold_decisions WHERE run = ? AND idx <= ?", run, last);
  connection.execute("DELETE FROM saves WHERE run = ? AND idx <= ?", run, last);
  connection.execute("DELETE FROM reservations WHERE run = ? AND idx <= ?", run, last);
  connection.execute("DELETE FROM charges WHERE run = ? AND idx <= ?", run, last);
  connection.execute("DELETE FROM samples WHERE run = ? AND idx <= ?", run, last);
}

bool deleteSomeSamples(sqlite::Connection& connection, RunKey run) {
  std::int64_t last = -1;
  {
    auto query = connection.query("SELECT max(idx) FROM (SELECT idx FROM samples WHERE run = ? ORDER BY idx LIMIT ?)",
                                  run, kSamples);
    if (!query.next() || query.isNull(0)) return false;
    last = query.integer(0);
  }
  deleteSamples(connection, run, last);
  return true;
}

bool deleteSomeEvents(sqlite::Connection& connection, RunKey run) {
  connection.execute("DELETE FROM events WHERE id IN (SELECT id FROM events WHERE run = ? ORDER BY id LIMIT ?)", run,
                     kRows);
  return sqlite3_changes(connection.handle()) > 0;
}

bool deleteSomeFeedback(sqlite::Connection& connection, RunKey run) {
  connection.execute(
      "DELETE FROM feedback WHERE (run, node, idx) IN (SELECT run, node, idx FROM feedback WHERE run = ? LIMIT ?)", run,
      kRows);
  return sqlite3_changes(connection.handle()) > 0;
}

}  // namespace

bool deleteSlice(sqlite::Connection& connection, RunKey run, std::int64_t last_event) {
  connection.execute("INSERT OR REPLACE INTO meta (name, value) VALUES ('last_event', ?)", last_event);
  if (deleteSomeEvents(connection, run) || deleteSomeFeedback(connection, run) || deleteSomeSamples(connection, run)) {
    return true;
  }
  deleteSamples(connection, run, std::numeric_limits<std::int64_t>::max());
  connection.execute("DELETE FROM cursors WHERE run = ?", run);
  connection.execute("DELETE FROM runs WHERE key = ?", run);
  return false;
}

}  // namespace troupe::journal
