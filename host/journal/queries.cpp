#include "journal/queries.hpp"

#include "journal/row_writer.hpp"

namespace troupe::journal::queries {
namespace {

using sqlite::Connection;
using sqlite::Query;

#define TROUPE_RUN_COLUMNS                                                                                       \
  "key, id, state, reason, created_at, ended_at, active_ms, repeated, samples, in_flight, seed, pipeline_name, " \
  "pipeline_hash, file, base, user_id, overrides, result, pipeline_effective, pipeline_text"

Run runOf(const Query& row) {
  Run run;
  run.key = row.integer(0);
  run.id = row.text(1);
  run.state = row.text(2);
  run.reason = row.text(3);
  run.created_at = row.integer(4);
  run.ended_at = row.integer(5);
  run.active_ms = row.integer(6);
  run.repeated = row.integer(7);
  run.samples = row.integer(8);
  run.in_flight = row.number(9);
  run.seed = row.integer(10);
  run.pipeline_name = row.text(11);
  run.pipeline_hash = row.text(12);
  run.file = row.text(13);
  run.base = row.text(14);
  run.user_id = row.text(15);
  run.overrides_json = row.text(16);
  run.result_json = row.text(17);
  run.pipeline_effective = row.text(18);
  run.pipeline_text = row.text(19);
  return run;
}

// Columns: id, run, n, at, type, json, the run's id.
Event eventOf(const Query& row) {
  Event event{row.integer(0), row.integer(1), row.integer(2), row.text(4), {}};
  event.json = eventJson(event.type, row.text(6), event.id, event.n, row.integer(3), row.text(5));
  return event;
}

std::optional<Run> firstRun(Query&& query) {
  if (!query.next()) return std::nullopt;
  return runOf(query);
}

std::vector<std::int64_t> numbers(Query&& query) {
  std::vector<std::int64_t> found;
  while (query.next()) found.push_back(query.integer(0));
  return found;
}

}  // namespace

std::vector<Run> runs(Connection& connection, std::size_t limit, RunKey before) {
  auto query = connection.query(
      "SELECT " TROUPE_RUN_COLUMNS " FROM runs WHERE ?1 = 0 OR key < ?1 ORDER BY key DESC LIMIT ?2", before, limit);
  std::vector<Run> found;
  while (query.next()) found.push_back(runOf(query));
  return found;
}

std::optional<Run> run(Connection& connection, RunKey key) {
  return firstRun(connection.query("SELECT " TROUPE_RUN_COLUMNS " FROM runs WHERE key = ?", key));
}

std::optional<Run> runById(Connection& connection, std::string_view id) {
  return firstRun(connection.query("SELECT " TROUPE_RUN_COLUMNS " FROM runs WHERE id = ?", id));
}

std::vector<Run> runsIn(Connection& connection, std::string_view state) {
  auto query = connection.query("SELECT " TROUPE_RUN_COLUMNS " FROM runs WHERE state = ? ORDER BY key", state);
  std::vector<Run> found;
  while (query.next()) found.push_back(runOf(query));
  return found;
}

std::optional<Run> lastEnded(Connection& connection) {
  return firstRun(connection.query("SELECT " TROUPE_RUN_COLUMNS
                                   " FROM runs WHERE ended_at > 0 ORDER BY ended_at DESC, key DESC LIMIT 1"));
}

std::optional<OrderedRun> requestedRun(Connection& connection, std::string_view request_key) {
  auto query =
      connection.query("SELECT " TROUPE_RUN_COLUMNS ", request_hash FROM runs WHERE request_key = ?", request_key);
  if (!query.next()) return std::nullopt;
  return OrderedRun{runOf(query), query.text(20), false};
}

std::vector<std::string> runIds(Connection& connection, std::string_view prefix, std::size_t limit) {
  auto query = connection.query("SELECT id FROM runs WHERE substr(id, 1, length(?1)) = ?1 ORDER BY key DESC LIMIT ?2",
                                prefix, limit);
  std::vector<std::string> found;
  while (query.next()) found.push_back(query.text(0));
  return found;
}

std::vector<std::int64_t> unsettled(Connection& connection, RunKey run, std::int64_t from, std::size_t limit) {
  return numbers(connection.query("SELECT idx FROM open_samples WHERE run = ? AND idx >= ? ORDER BY idx LIMIT ?", run,
                                  from, limit));
}

std::int64_t lastStarted(Connection& connection, RunKey run) {
  auto query = connection.query("SELECT idx FROM samples WHERE run = ? ORDER BY idx DESC LIMIT 1", run);
  return query.next() ? query.integer(0) : -1;
}

std::vector<EnsembleDecided> ensembles(Connection& connection, RunKey run, std::int64_t from, std::size_t limit) {
  auto query = connection.query(
      "SELECT d.idx, s.genre, "
      "coalesce(json_extract(CASE WHEN json_valid(d.json) THEN d.json ELSE '{}' END, '$.ensemble'), '') "
      "FROM decisions d CROSS JOIN samples s ON s.run = d.run AND s.idx = d.idx "
      "WHERE d.run = ? AND d.idx >= ? ORDER BY d.idx LIMIT ?",
      run, from, limit);
  std::vector<EnsembleDecided> found;
  while (query.next()) found.push_back({query.integer(0), query.text(1), query.text(2)});
  return found;
}

std::vector<std::int64_t> samples(Connection& connection, RunKey run, std::int64_t from, std::size_t limit) {
  return numbers(
      connection.query("SELECT idx FROM samples WHERE run = ? AND idx >= ? ORDER BY idx LIMIT ?", run, from, limit));
}

std::optional<FeedbackEmitted> feedback(Connection& connection, RunKey run, std::string_view node, std::int64_t index) {
  auto query = connection.query(
      "SELECT idx, json FROM feedback WHERE run = ? AND node = ? AND idx <= ? ORDER BY idx DESC LIMIT 1", run, node,
      index);
  if (!query.next()) return std::nullopt;
  return FeedbackEmitted{run, query.integer(0), std::string(node), query.text(1)};
}

std::vector<Event> events(Connection& connection, RunKey run, std::int64_t after, std::size_t limit) {
  // Two statements, so that each has the plan for its case.
  auto query = run == 0 ? connection.query(
                              "SELECT e.id, e.run, e.n, e.at, e.type, e.json, r.id FROM events e "
                              "CROSS JOIN runs r ON r.key = e.run WHERE e.id > ? ORDER BY e.id LIMIT ?",
                              after, limit)
                        : connection.query(
                              "SELECT e.id, e.run, e.n, e.at, e.type, e.json, r.id FROM events e "
                              "INDEXED BY events_by_run CROSS JOIN runs r ON r.key = e.run "
                              "WHERE e.run = ? AND e.id > ? ORDER BY e.id LIMIT ?",
                              run, after, limit);
  std::vector<Event> found;
  while (query.next()) found.push_back(eventOf(query));
  return found;
}

std::vector<Event> eventsBefore(Connection& connection, RunKey run, std::string_view type, std::int64_t before,
                                std::size_t limit) {
  auto query = connection.query(
      "SELECT e.id, e.run, e.n, e.at, e.type, e.json, r.id FROM events e INDEXED BY events_by_run "
      "CROSS JOIN runs r ON r.key = e.run WHERE e.run = ?1 AND (?2 = '' OR e.type = ?2) AND e.id < ?3 "
      "ORDER BY e.id DESC LIMIT ?4",
      run, type, before, limit);
  std::vector<Event> found;
  while (query.next()) found.push_back(eventOf(query));
  return found;
}

std::int64_t head(Connection& connection) { return connection.number(std::string(kLastEvent)); }

std::vector<SampleHeld> undecided(Connection& connection, RunKey run, std::size_t limit) {
  auto query = connection.query(
      "SELECT h.idx, h.node, h.until, h.pass_by_default, h.why, h.plugin FROM open_samples o "
      "CROSS JOIN holds h ON h.run = o.run AND h.idx = o.idx WHERE o.run = ? AND NOT EXISTS "
      "(SELECT 1 FROM hold_decisions d WHERE d.run = h.run AND d.idx = h.idx AND d.node = h.node) "
      "ORDER BY h.idx, h.node LIMIT ?",
      run, limit);
  std::vector<SampleHeld> found;
  while (query.next()) {
    std::optional<std::int64_t> until;
    if (!query.isNull(2)) until = query.integer(2);
    found.push_back({run, query.integer(0), query.text(1), until, query.truth(3), query.text(4), query.integer(5)});
  }
  return found;
}

std::optional<Event> lastEvent(Connection& connection, RunKey run, std::string_view type) {
  auto query = connection.query(
      "SELECT e.id, e.run, e.n, e.at, e.type, e.json, r.id FROM events e INDEXED BY events_by_run "
      "CROSS JOIN runs r ON r.key = e.run WHERE e.run = ?1 AND (?2 = '' OR e.type = ?2) ORDER BY e.id DESC LIMIT 1",
      run, type);
  if (!query.next()) return std::nullopt;
  return eventOf(query);
}

std::optional<std::int64_t> bestSample(Connection& connection, RunKey run, bool saved_only) {
  auto query = connection.query(
      "SELECT idx FROM decisions d WHERE run = ?1 AND ok AND quality IS NOT NULL "
      "AND (NOT ?2 OR EXISTS (SELECT 1 FROM saves s WHERE s.run = d.run AND s.idx = d.idx)) "
      "AND idx NOT IN (SELECT idx FROM open_samples WHERE run = ?1) ORDER BY quality DESC, idx LIMIT 1",
      run, saved_only);
  if (!query.next()) return std::nullopt;
  return query.integer(0);
}

std::vector<std::string> saves(Connection& connection, RunKey run, std::size_t limit) {
  auto query = connection.query("SELECT json FROM saves WHERE run = ? ORDER BY idx, node LIMIT ?", run, limit);
  std::vector<std::string> found;
  while (query.next()) found.push_back(query.text(0));
  return found;
}

std::int64_t cursor(Connection& connection, RunKey run, std::string_view sink) {
  auto query = connection.query("SELECT event_id FROM cursors WHERE run = ? AND sink = ?", run, sink);
  return query.next() ? query.integer(0) : 0;
}

}  // namespace troupe::journal::queries
