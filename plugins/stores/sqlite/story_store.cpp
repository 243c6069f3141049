#include "story_store.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

#include "layout.hpp"

namespace troupe::sqlite_store {
namespace {

std::int64_t steadyMs() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

/// Turns the write-ahead log on; returns the mode that the file has then. Two programs that open a new file at the same
/// moment get SQLITE_BUSY here without a call of the busy handler (each would wait for the other), so this tries again
/// by itself.
std::string turnOnLog(Database& database, std::int64_t timeout_ms) {
  const std::int64_t start = steadyMs();
  while (true) {
    try {
      return database.text("PRAGMA journal_mode = WAL");
    } catch (const Error& error) {
      if (error.code() != TROUPE_E_OVERLOADED || steadyMs() - start >= timeout_ms) throw;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
}

/// True for errors that end the whole transaction although one large row may be the reason.
bool maybeOneRow(const Error& error) { return error.code() == TROUPE_E_TRANSIENT; }

template <typename T>
void bindOptional(Statement& statement, int column, const std::optional<T>& value) {
  if (value) {
    statement.bind(column, *value);
  } else {
    statement.bindNull(column);
  }
}

}  // namespace

StoryStore::StoryStore(const std::string& path, std::int64_t busy_timeout_ms)
    : database_(path),
      busy_timeout_ms_(busy_timeout_ms),
      groups_([this](const std::vector<Item*>& group) { commit(group); }) {
  sqlite3_busy_handler(
      database_.handle(),
      [](void* self, int attempt) {
        auto& store = *static_cast<StoryStore*>(self);
        if (attempt == 0) store.waiting_since_ms_ = steadyMs();
        return store.keepWaiting() ? 1 : 0;
      },
      this);
  const std::string mode = turnOnLog(database_, busy_timeout_ms);
  if (mode != "wal")
    throw Error(TROUPE_E_PERMANENT_REQUEST,
                path + ": no file that SQLite can keep a write-ahead log for (it says \"" + mode + "\")");
  database_.execute("PRAGMA synchronous = FULL");
  bringUpToDate(database_, layoutSteps());
  // A process that was killed between write and sync leaves rows that can be read and are not on the disk yet. A
  // checkpoint syncs them, so that save() may answer for them.
  database_.execute("PRAGMA wal_checkpoint(PASSIVE)");
  begin_.emplace(database_, "BEGIN IMMEDIATE");
  commit_.emplace(database_, "COMMIT");
  insert_.emplace(
      database_,
      "INSERT INTO stories (run, idx, genre, prompt, text, node, model, quality, margin, reason, seed, messages, "
      "ranking, scores, candidates, votes, user_id, saved_at) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) "
      "ON CONFLICT (run, idx) DO NOTHING");
  find_.emplace(database_, "SELECT id FROM stories WHERE run = ? AND idx = ?");
}

std::int64_t StoryStore::save(const Story& story, const std::function<bool()>& cancelled) {
  Item item{story, cancelled, 0, std::nullopt};
  groups_.submit(item);
  if (item.error && cancelled()) throw Error(TROUPE_E_CANCELLED, "cancelled before it was saved");
  if (item.error) throw *item.error;
  return item.id;
}

void StoryStore::commit(const std::vector<Item*>& group) {
  group_ = &group;
  try {
    commitTogether(group);
  } catch (const Error& error) {
    database_.rollback();
    const bool separately = group.size() > 1 && maybeOneRow(error);
    for (auto* item : group) {
      item->error = error;
      if (!separately) continue;
      item->error.reset();
      try {
        commitTogether({item});
      } catch (const Error& own) {
        database_.rollback();
        item->error = own;
      }
    }
  }
  group_ = nullptr;
}

void StoryStore::commitTogether(const std::vector<Item*>& group) {
  begin_->step();
  begin_->reset();
  for (auto* item : group) {
    item->error.reset();
    try {
      item->id = insert(item->story);
    } catch (const Error& error) {
      // SQLite takes back what the one statement did. Where it has ended the transaction, nothing of the group is left.
      if (!database_.inTransaction()) throw;
      item->error = error;
    }
  }
  commit_->step();
  commit_->reset();
}

std::int64_t StoryStore::insert(const Story& story) {
  Statement& row = *insert_;
  int column = 0;
  row.bind(++column, story.run);
  row.bind(++column, story.index);
  bindOptional(row, ++column, story.genre);
  row.bind(++column, story.prompt);
  row.bind(++column, story.text);
  row.bind(++column, story.node);
  bindOptional(row, ++column, story.model);
  bindOptional(row, ++column, story.quality);
  bindOptional(row, ++column, story.margin);
  bindOptional(row, ++column, story.reason);
  bindOptional(row, ++column, story.seed);
  row.bind(++column, story.messages);
  row.bind(++column, story.ranking);
  row.bind(++column, story.scores);
  row.bind(++column, story.candidates);
  row.bind(++column, story.votes);
  bindOptional(row, ++column, story.user_id);
  row.bind(++column, story.saved_at);
  row.step();
  row.reset();
  if (sqlite3_changes(database_.handle()) == 1) return sqlite3_last_insert_rowid(database_.handle());
  find_->bind(1, story.run);
  find_->bind(2, story.index);
  const bool found = find_->step();
  const std::int64_t id = found ? find_->integer(0) : 0;
  find_->reset();
  if (!found) throw Error(TROUPE_E_INTERNAL, database_.path() + ": the row is neither new nor there");
  return id;
}

bool StoryStore::keepWaiting() {
  if (steadyMs() - waiting_since_ms_ >= busy_timeout_ms_) return false;
  if (group_ != nullptr &&
      std::all_of(group_->begin(), group_->end(), [](const Item* item) { return item->cancelled(); }))
    return false;
  std::this_thread::sleep_for(std::chrono::milliseconds(2));
  return true;
}

}  // namespace troupe::sqlite_store
