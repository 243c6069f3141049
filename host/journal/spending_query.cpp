#include "journal/queries.hpp"

namespace troupe::journal::queries {

std::vector<Spending> spending(sqlite::Connection& connection, RunKey run) {
  auto query = connection.query(
      "SELECT node, sum(mark <> 'released'), sum(tokens), sum(nano_usd), "
      "sum(CASE WHEN mark = 'estimated' THEN nano_usd ELSE 0 END), sum(mark = 'unknown'), sum(open), "
      "sum(CASE WHEN open THEN nano_usd ELSE 0 END) FROM ("
      "SELECT node, tokens, nano_usd, mark, 0 AS open FROM charges WHERE run = ?1 UNION ALL "
      "SELECT node, tokens, nano_usd, 'estimated', 1 FROM reservations r WHERE run = ?1 AND NOT EXISTS "
      "(SELECT 1 FROM charges c WHERE c.run = r.run AND c.idx = r.idx AND c.node = r.node AND c.id = r.id)) "
      "GROUP BY node",
      run);
  std::vector<Spending> found;
  while (query.next())
    found.push_back({query.text(0), query.integer(1), query.integer(2), query.integer(3), query.integer(4),
                     query.integer(5), query.integer(6), query.integer(7)});
  return found;
}

std::int64_t lastCharge(sqlite::Connection& connection, RunKey run) {
  auto query = connection.query(
      "SELECT max(coalesce((SELECT max(id) FROM reservations WHERE run = ?1), 0), "
      "coalesce((SELECT max(id) FROM charges WHERE run = ?1), 0))",
      run);
  return query.next() ? query.integer(0) : 0;
}

}  // namespace troupe::journal::queries
