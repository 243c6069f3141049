#include "journal/row_writer.hpp"

#include <type_traits>
#include <variant>

namespace troupe::journal {
namespace {

void appendQuoted(std::string& out, const std::string& text) {
  constexpr char kHex[] = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20) {
      out += "\\u00";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    } else {
      out += c;
    }
  }
  out += '"';
}

}  // namespace

std::string eventJson(const std::string& type, const std::string& run, std::int64_t id, std::int64_t n, std::int64_t at,
                      const std::string& members) {
  std::string json;
  json.reserve(members.size() + type.size() + run.size() + 96);
  json += "{\"type\":";
  appendQuoted(json, type);
  json += ",\"run\":";
  appendQuoted(json, run);
  json += ",\"id\":" + std::to_string(id);
  json += ",\"n\":" + std::to_string(n);
  json += ",\"at\":" + std::to_string(at);
  if (!members.empty()) json += ',';
  json += members;
  json += '}';
  return json;
}

RowWriter::RowWriter(sqlite::Connection& connection)
    : connection_(connection), last_event_(connection.number(std::string(kLastEvent))) {}

RowWriter::KnownRun& RowWriter::known(RunKey run) {
  const auto found = runs_.find(run);
  if (found != runs_.end()) return found->second;
  KnownRun known;
  {
    auto query = connection_.query("SELECT id FROM runs WHERE key = ?", run);
    known.there = query.next();
    if (known.there) known.id = query.text(0);
  }
  if (known.there) {
    auto query = connection_.query("SELECT n FROM events WHERE run = ? ORDER BY id DESC LIMIT 1", run);
    if (query.next()) known.events = query.integer(0);
  }
  return runs_.emplace(run, std::move(known)).first->second;
}

void RowWriter::write(const Row& row, std::vector<Event>& published) {
  std::visit(
      [&](const auto& value) {
        auto& run = known(value.run);
        if (!run.there) return;
        if constexpr (std::is_same_v<std::decay_t<decltype(value)>, EventAppended>) {
          put(value, run, published);
        } else {
          put(value);
        }
      },
      row);
}

void RowWriter::put(const SampleStarted& row) {
  connection_.execute(
      "INSERT OR REPLACE INTO samples (run, idx, seed, genre, prompt, plugin) VALUES (?, ?, ?, ?, ?, ?)", row.run,
      row.index, row.seed, row.genre, row.prompt, row.plugin);
  connection_.execute("INSERT OR IGNORE INTO open_samples (run, idx) VALUES (?, ?)", row.run, row.index);
}

void RowWriter::put(const Attempt& row) {
  // Numbered anew: after a crash the attempts of a repeated call begin at 1 again.
  connection_.execute(
      "INSERT INTO attempts (run, idx, node, seq, attempt, code, message, latency_ms, at) "
      "SELECT ?1, ?2, ?3, coalesce(max(seq), 0) + 1, ?4, ?5, ?6, ?7, ?8 FROM attempts "
      "WHERE run = ?1 AND idx = ?2 AND node = ?3",
      row.run, row.index, row.node, row.attempt, row.code, row.message, row.latency_ms, row.at);
}

void RowWriter::put(const CallSettled& row) {
  connection_.execute(
      "INSERT OR REPLACE INTO calls (run, idx, node, request_hash, ok, code, attempts, latency_ms, at, plugin, "
      "message, answer) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      row.run, row.index, row.node, row.request_hash, row.ok, row.code, row.attempts, row.latency_ms, row.at,
      row.plugin, row.message, row.answer);
}

void RowWriter::put(const ModelAttempt& row) {
  connection_.execute(
      "INSERT INTO model_attempts (run, idx, caller, about, node, seq, attempt, code, message, latency_ms, at) "
      "SELECT ?1, ?2, ?3, ?4, ?5, coalesce(max(seq), 0) + 1, ?6, ?7, ?8, ?9, ?10 FROM model_attempts "
      "WHERE run = ?1 AND idx = ?2 AND caller = ?3 AND about = ?4 AND node = ?5",
      row.run, row.index, row.caller, row.about, row.node, row.attempt, row.code, row.message, row.latency_ms, row.at);
}

void RowWriter::put(const ModelCallSettled& row) {
  connection_.execute(
      "INSERT OR REPLACE INTO model_calls (run, idx, caller, about, node, request_hash, nth, role, ok, code, attempts, "
      "latency_ms, at, plugin, message, answer) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      row.run, row.index, row.caller, row.about, row.node, row.request_hash, row.nth, row.role, row.ok, row.code,
      row.attempts, row.latency_ms, row.at, row.plugin, row.message, row.answer);
}

void RowWriter::put(const ScoreSettled& row) {
  connection_.execute(
      "INSERT OR REPLACE INTO scores (run, idx, node, scorer, value, plugin, json) VALUES (?, ?, ?, ?, ?, ?, ?)",
      row.run, row.index, row.node, row.scorer, row.value, row.plugin, row.json);
}

void RowWriter::put(const SampleDecided& row) {
  connection_.execute(
      "INSERT OR REPLACE INTO decisions (run, idx, ok, winner, quality, plugin, reason, json) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      row.run, row.index, row.ok, row.winner, row.quality, row.plugin, row.reason, row.json);
}

void RowWriter::put(const VerdictGiven& row) {
  connection_.execute(
      "INSERT OR REPLACE INTO verdicts (run, idx, node, pass, plugin, reason) VALUES (?, ?, ?, ?, ?, ?)", row.run,
      row.index, row.node, row.pass, row.plugin, row.reason);
}

void RowWriter::put(const SampleHeld& row) {
  // The first one counts: a resume must not move the deadline.
  connection_.execute(
      "INSERT OR IGNORE INTO holds (run, idx, node, until, pass_by_default, plugin, why) VALUES (?, ?, ?, ?, ?, ?, ?)",
      row.run, row.index, row.node, row.until, row.pass_by_default, row.plugin, row.why);
}

void RowWriter::put(const HoldDecided& row) {
  // The first one counts: the sample has gone on with it.
  connection_.execute(
      "INSERT OR IGNORE INTO hold_decisions (run, idx, node, pass, at, decider) VALUES (?, ?, ?, ?, ?, ?)", row.run,
      row.index, row.node, row.pass, row.at, row.by);
}

void RowWriter::put(const SampleSaved& row) {
  connection_.execute("INSERT OR REPLACE INTO saves (run, idx, node, plugin, json) VALUES (?, ?, ?, ?, ?)", row.run,
                      row.index, row.node, row.plugin, row.json);
}

void RowWriter::put(const FeedbackEmitted& row) {
  connection_.execute("INSERT OR REPLACE INTO feedback (run, node, idx, json) VALUES (?, ?, ?, ?)", row.run, row.node,
                      row.index, row.json);
}

void RowWriter::put(const SampleSettled& row) {
  connection_.execute("DELETE FROM open_samples WHERE run = ? AND idx = ?", row.run, row.index);
}

void RowWriter::put(const RunStateChanged& row) {
  const bool ended = row.state == "complete" || row.state == "failed" || row.state == "cancelled";
  connection_.execute(
      "UPDATE runs SET state = ?2, reason = ?3, active_ms = ?4, repeated = ?5, samples = ?6, ended_at = ?7, "
      "result = CASE WHEN ?8 = '' THEN result ELSE ?8 END WHERE key = ?1",
      row.run, row.state, row.reason, row.active_ms, row.repeated, row.samples, ended ? row.at : 0, row.result_json);
}

void RowWriter::put(const CursorMoved& row) {
  connection_.execute("INSERT OR REPLACE INTO cursors (run, sink, event_id) VALUES (?, ?, ?)", row.run, row.sink,
                      row.event_id);
}

void RowWriter::put(const Reserved& row) {
  connection_.execute(
      "INSERT OR REPLACE INTO reservations (run, idx, node, id, attempt, nano_usd, tokens, at) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      row.run, row.index, row.node, row.id, row.attempt, row.nano_usd, row.tokens, row.at);
}

void RowWriter::put(const Charged& row) {
  connection_.execute(
      "INSERT OR REPLACE INTO charges (run, idx, node, id, attempt, code, nano_usd, tokens, input, cached, output, "
      "mark, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      row.run, row.index, row.node, row.id, row.attempt, row.code, row.nano_usd, row.tokens, row.input, row.cached,
      row.output, row.mark, row.at);
}

void RowWriter::put(const EventAppended& row, KnownRun& run, std::vector<Event>& published) {
  const auto id = ++last_event_;
  const auto n = ++run.events;
  connection_.execute("INSERT INTO events (id, run, n, at, type, json) VALUES (?, ?, ?, ?, ?, ?)", id, row.run, n,
                      row.at, row.type, row.json);
  published.push_back({id, row.run, n, row.type, eventJson(row.type, run.id, id, n, row.at, row.json)});
}

}  // namespace troupe::journal
