#include "journal/queries.hpp"

namespace troupe::journal::queries {
namespace {

using sqlite::Connection;

void readDecision(Connection& connection, RunKey run, SampleRecord& record) {
  auto query = connection.query(
      "SELECT ok, winner, quality, reason, json, plugin FROM decisions WHERE run = ? AND idx = ?", run, record.index);
  if (!query.next()) return;
  record.decided = true;
  record.ok = query.truth(0);
  record.winner = query.text(1);
  record.quality = query.real(2);
  record.reason = query.text(3);
  record.decision = query.text(4);
  record.selector_plugin = query.integer(5);
}

void readCalls(Connection& connection, RunKey run, SampleRecord& record) {
  auto query = connection.query(
      "SELECT node, request_hash, ok, answer, code, message, attempts, latency_ms, at, plugin FROM calls "
      "WHERE run = ? AND idx = ?",
      run, record.index);
  while (query.next()) {
    record.calls.push_back({run, record.index, query.text(0), query.text(1), query.truth(2), query.text(3),
                            query.number(4), query.text(5), query.number(6), query.integer(7), query.integer(8),
                            query.integer(9)});
  }
}

void readAttempts(Connection& connection, RunKey run, SampleRecord& record) {
  auto query = connection.query(
      "SELECT node, attempt, code, message, latency_ms, at FROM attempts WHERE run = ? AND idx = ?", run, record.index);
  while (query.next()) {
    record.attempts.push_back({run, record.index, query.text(0), query.number(1), query.number(2), query.text(3),
                               query.integer(4), query.integer(5)});
  }
}

void readModelCalls(Connection& connection, RunKey run, SampleRecord& record) {
  auto query = connection.query(
      "SELECT caller, about, node, request_hash, nth, role, ok, answer, code, message, attempts, latency_ms, at, "
      "plugin "
      "FROM model_calls WHERE run = ? AND idx = ?",
      run, record.index);
  while (query.next()) {
    record.model_calls.push_back(
        {{run, record.index, query.text(0), query.text(1), query.text(2), query.text(3), query.number(4)},
         query.text(5),
         query.truth(6),
         query.text(7),
         query.number(8),
         query.text(9),
         query.number(10),
         query.integer(11),
         query.integer(12),
         query.integer(13)});
  }
}

void readModelAttempts(Connection& connection, RunKey run, SampleRecord& record) {
  auto query = connection.query(
      "SELECT caller, about, node, attempt, code, message, latency_ms, at FROM model_attempts "
      "WHERE run = ? AND idx = ?",
      run, record.index);
  while (query.next()) {
    record.model_attempts.push_back({{run, record.index, query.text(0), query.text(1), query.text(2), {}, 0},
                                     query.number(3),
                                     query.number(4),
                                     query.text(5),
                                     query.integer(6),
                                     query.integer(7)});
  }
}

void readScores(Connection& connection, RunKey run, SampleRecord& record) {
  auto query = connection.query("SELECT node, scorer, value, json, plugin FROM scores WHERE run = ? AND idx = ?", run,
                                record.index);
  while (query.next()) {
    const auto value = query.isNull(2) ? std::nullopt : std::optional(query.real(2));
    record.scores.push_back({run, record.index, query.text(0), query.text(1), value, query.text(3), query.integer(4)});
  }
}

void readVerdicts(Connection& connection, RunKey run, SampleRecord& record) {
  auto query =
      connection.query("SELECT node, pass, reason, plugin FROM verdicts WHERE run = ? AND idx = ?", run, record.index);
  while (query.next()) {
    record.verdicts.push_back({run, record.index, query.text(0), query.truth(1), query.text(2), query.integer(3)});
  }
}

void readHolds(Connection& connection, RunKey run, SampleRecord& record) {
  auto query = connection.query("SELECT node, until, pass_by_default, why, plugin FROM holds WHERE run = ? AND idx = ?",
                                run, record.index);
  while (query.next()) {
    const auto until = query.isNull(1) ? std::nullopt : std::optional(query.integer(1));
    record.holds.push_back({run, record.index, query.text(0), until, query.truth(2), query.text(3), query.integer(4)});
  }
}

void readHoldDecisions(Connection& connection, RunKey run, SampleRecord& record) {
  auto query = connection.query("SELECT node, pass, decider, at FROM hold_decisions WHERE run = ? AND idx = ?", run,
                                record.index);
  while (query.next()) {
    record.decisions.push_back({run, record.index, query.text(0), query.truth(1), query.text(2), query.integer(3)});
  }
}

void readSaves(Connection& connection, RunKey run, SampleRecord& record) {
  auto query = connection.query("SELECT node, json, plugin FROM saves WHERE run = ? AND idx = ?", run, record.index);
  while (query.next()) {
    record.saves.push_back({run, record.index, query.text(0), query.text(1), query.integer(2)});
  }
}

std::optional<std::int64_t> integerOrNothing(const sqlite::Query& query, int column) {
  return query.isNull(column) ? std::nullopt : std::optional(query.integer(column));
}

void readCharges(Connection& connection, RunKey run, SampleRecord& record) {
  {
    auto query = connection.query(
        "SELECT node, id, attempt, code, nano_usd, tokens, input, cached, output, mark, at FROM charges "
        "WHERE run = ? AND idx = ? ORDER BY node, id",
        run, record.index);
    while (query.next())
      record.charges.push_back({run, record.index, query.text(0), query.integer(1), query.number(2), query.number(3),
                                query.integer(4), query.integer(5), integerOrNothing(query, 6),
                                integerOrNothing(query, 7), integerOrNothing(query, 8), query.text(9),
                                query.integer(10)});
  }
  auto query = connection.query(
      "SELECT node, id, attempt, nano_usd, tokens, at FROM reservations r WHERE run = ? AND idx = ? AND NOT EXISTS "
      "(SELECT 1 FROM charges c WHERE c.run = r.run AND c.idx = r.idx AND c.node = r.node AND c.id = r.id) "
      "ORDER BY node, id",
      run, record.index);
  while (query.next())
    record.reservations.push_back({run, record.index, query.text(0), query.integer(1), query.number(2),
                                   query.integer(3), query.integer(4), query.integer(5)});
}

}  // namespace

std::optional<SampleRecord> sample(Connection& connection, RunKey run, std::int64_t index) {
  SampleRecord record;
  {
    auto query = connection.query(
        "SELECT idx, seed, prompt, genre, plugin, NOT EXISTS (SELECT 1 FROM open_samples o "
        "WHERE o.run = s.run AND o.idx = s.idx) FROM samples s WHERE run = ? AND idx = ?",
        run, index);
    if (!query.next()) return std::nullopt;
    record.index = query.integer(0);
    record.seed = query.integer(1);
    record.prompt = query.text(2);
    record.genre = query.text(3);
    record.source_plugin = query.integer(4);
    record.settled = query.truth(5);
  }
  readDecision(connection, run, record);
  readCalls(connection, run, record);
  readAttempts(connection, run, record);
  readModelCalls(connection, run, record);
  readModelAttempts(connection, run, record);
  readScores(connection, run, record);
  readVerdicts(connection, run, record);
  readHolds(connection, run, record);
  readHoldDecisions(connection, run, record);
  readSaves(connection, run, record);
  readCharges(connection, run, record);
  return record;
}

}  // namespace troupe::journal::queries
