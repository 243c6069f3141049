#include <map>
#include <string>

#include "journal/queries.hpp"

// Sums over the settled samples of a run.
namespace troupe::journal::queries {
namespace {

using sqlite::Connection;

// Of rows that have a column idx.
#define TROUPE_SETTLED(idx) idx " NOT IN (SELECT idx FROM open_samples WHERE run = ?1)"
// What a decision keeps; older ones may keep nothing that can be read.
#define TROUPE_DECISION "CASE WHEN json_valid(d.json) THEN d.json ELSE '{}' END"

using Nodes = std::map<std::string, NodeTotals>;

// How often each node stands in a list of the decisions' member `ensemble`.
void countListed(Connection& connection, RunKey run, const char* list, Nodes& nodes, std::int64_t NodeTotals::*count) {
  auto query = connection.query("SELECT q.value, count(*) FROM decisions d, json_each(" TROUPE_DECISION
                                ", ?2) q "
                                "WHERE d.run = ?1 AND q.type = 'text' AND " TROUPE_SETTLED("d.idx") " GROUP BY 1",
                                run, std::string("$.ensemble.") + list);
  while (query.next()) nodes[query.text(0)].*count = query.integer(1);
}

void countGenres(Connection& connection, RunKey run, std::map<std::string, GenreTotals>& genres) {
  const auto count = [&](const char* sql, std::int64_t GenreTotals::*target) {
    auto query = connection.query(sql, run);
    while (query.next()) genres[query.text(0)].*target = query.integer(1);
  };
  count("SELECT genre, count(*) FROM samples WHERE run = ?1 AND " TROUPE_SETTLED("idx") " GROUP BY 1",
        &GenreTotals::samples);
  count(
      "SELECT s.genre, sum(d.ok) FROM samples s CROSS JOIN decisions d ON d.run = s.run AND d.idx = s.idx "
      "WHERE s.run = ?1 AND " TROUPE_SETTLED("s.idx") " GROUP BY 1",
      &GenreTotals::successful);
  count("SELECT s.genre, sum(coalesce(json_array_length(" TROUPE_DECISION
        ", '$.ensemble.reached'), 0) > 0) "
        "FROM samples s CROSS JOIN decisions d ON d.run = s.run AND d.idx = s.idx "
        "WHERE s.run = ?1 AND " TROUPE_SETTLED("s.idx") " GROUP BY 1",
        &GenreTotals::reached);
  count("SELECT genre, count(*) FROM samples s WHERE run = ?1 AND " TROUPE_SETTLED(
            "idx") " AND EXISTS (SELECT 1 FROM saves v WHERE v.run = s.run AND v.idx = s.idx) GROUP BY 1",
        &GenreTotals::saved);
  count(
      "SELECT s.genre, count(*) FROM samples s CROSS JOIN decisions d ON d.run = s.run AND d.idx = s.idx "
      "WHERE s.run = ?1 AND d.ok AND " TROUPE_SETTLED("s.idx")
      " AND (EXISTS (SELECT 1 FROM saves v WHERE v.run = s.run AND v.idx = s.idx) OR NOT ("
      "EXISTS (SELECT 1 FROM verdicts v WHERE v.run = s.run AND v.idx = s.idx AND NOT v.pass) OR "
      "EXISTS (SELECT 1 FROM hold_decisions h WHERE h.run = s.run AND h.idx = s.idx AND NOT h.pass))) GROUP BY 1",
      &GenreTotals::kept);
}

}  // namespace

RunTotals totals(Connection& connection, RunKey run) {
  RunTotals totals;
  Nodes nodes;
  {
    auto query = connection.query(
        "SELECT (SELECT count(*) FROM samples WHERE run = ?1), (SELECT count(*) FROM open_samples WHERE run = ?1)",
        run);
    query.next();
    totals.started = query.integer(0);
    totals.settled = totals.started - query.integer(1);
  }
  {
    auto query = connection.query(
        "SELECT ok, winner, count(*), sum(quality), sum(json_valid(json) AND json LIKE '%\"qualities\"%') "
        "FROM decisions WHERE run = ?1 AND " TROUPE_SETTLED("idx") " GROUP BY 1, 2",
        run);
    while (query.next()) {
      const auto count = query.integer(2);
      (query.truth(0) ? totals.successful : totals.failed) += count;
      if (!query.truth(0)) continue;
      auto& node = nodes[query.text(1)];
      node.wins = count;
      if (query.integer(4) > 0) continue;  // counted below, with the candidates that did not win
      node.scored = count;
      node.quality_sum = query.real(3);
    }
  }
  {
    auto query = connection.query(
        "SELECT q.key, count(*), sum(q.value) FROM decisions d, "
        "json_each(CASE WHEN json_valid(d.json) THEN d.json ELSE '{}' END, '$.qualities') q "
        "WHERE d.run = ?1 AND q.type IN ('integer', 'real') "
        "AND d.idx NOT IN (SELECT idx FROM open_samples WHERE run = ?1) GROUP BY 1",
        run);
    while (query.next()) {
      auto& node = nodes[query.text(0)];
      node.scored = query.integer(1);
      node.quality_sum = query.real(2);
    }
  }
  {
    auto query = connection.query(
        "SELECT node, count(*), sum(ok), sum(max(attempts, 1)), sum(CASE WHEN ok THEN latency_ms ELSE 0 END) FROM "
        "calls "
        "WHERE run = ?1 AND " TROUPE_SETTLED("idx") " GROUP BY 1",
        run);
    while (query.next()) {
      auto& node = nodes[query.text(0)];
      node.calls = query.integer(1);
      node.candidates = query.integer(2);
      node.failures = node.calls - node.candidates;
      node.attempts = query.integer(3);
      node.latency_ms_sum = query.real(4);
    }
  }
  countListed(connection, run, "reached", nodes, &NodeTotals::reached);
  countListed(connection, run, "skipped", nodes, &NodeTotals::skipped);
  countGenres(connection, run, totals.genres);
  {
    auto query = connection.query(
        "SELECT count(DISTINCT idx) FROM saves WHERE run = ?1 "
        "AND idx NOT IN (SELECT idx FROM open_samples WHERE run = ?1)",
        run);
    query.next();
    totals.saved = query.integer(0);
  }
  {
    auto query = connection.query(
        "SELECT count(*) FROM (SELECT idx FROM verdicts WHERE run = ?1 AND NOT pass "
        "UNION SELECT idx FROM hold_decisions WHERE run = ?1 AND NOT pass) "
        "WHERE idx NOT IN (SELECT idx FROM open_samples WHERE run = ?1) "
        "AND idx NOT IN (SELECT idx FROM saves WHERE run = ?1)",
        run);
    query.next();
    totals.dropped = query.integer(0);
  }
  for (auto& [name, node] : nodes) {
    node.node = name;
    totals.nodes.push_back(std::move(node));
  }
  return totals;
}

}  // namespace troupe::journal::queries
