#include "journal/journal.hpp"

#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <map>
#include <mutex>
#include <random>
#include <utility>

#include "journal/backup.hpp"
#include "journal/deletion.hpp"
#include "journal/failures.hpp"
#include "journal/lock_file.hpp"
#include "journal/open.hpp"
#include "journal/queries.hpp"
#include "journal/reader_pool.hpp"
#include "journal/writer.hpp"
#include "support/near_name.hpp"
#include "support/paths.hpp"

namespace troupe::journal {
namespace {

namespace fs = std::filesystem;

std::int64_t now() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

std::string newRunId(const std::string& pipeline) {
  std::random_device random;
  std::string id = (pipeline.empty() ? "run" : pipeline) + "-";
  for (int i = 0; i < 6; ++i) id += "0123456789abcdef"[random() & 15U];
  return id;
}

std::string newSecret() {
  std::array<unsigned char, 32> bytes{};
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
    throw std::system_error(errno, std::generic_category(), "no random numbers from the kernel");
  std::string text;
  for (const auto byte : bytes) {
    text += "0123456789abcdef"[byte >> 4];
    text += "0123456789abcdef"[byte & 15];
  }
  return text;
}

std::string pluginName(std::string_view id, std::string_view version, std::string_view sha256) {
  return std::string(id) + '\n' + std::string(version) + '\n' + std::string(sha256);
}

// The state folder is ours to make, for its owner only: prompts and answers are nobody else's business. Any other
// folder has to be there.
void makeFolder(const fs::path& file) {
  const auto folder = file.parent_path();
  std::error_code error;
  if (folder.empty() || fs::is_directory(folder, error)) return;
  const auto fail = [&](const std::string& why) {
    throw Failure(ExitCode::journal, "the journal " + file.string() + " cannot be made: " + why);
  };
  if (folder != paths::state()) fail("there is no folder " + folder.string() + "; make it, or name another file");
  fs::create_directories(folder.parent_path(), error);
  fs::create_directory(folder, error);
  if (error) fail(folder.string() + ": " + error.message());
  fs::permissions(folder, fs::perms::owner_all, error);
}

}  // namespace

struct Journal::State {
  explicit State(JournalOptions given) : options(std::move(given)), readers(options.file) {}

  Writer& writing() {
    if (!writer) throw std::logic_error("the journal was opened for reading");
    return *writer;
  }

  const JournalOptions options;
  ReaderPool readers;
  std::unique_ptr<LockFile> lock;  // outlives the writer

  std::mutex mutex;                          // Guards the caches below.
  std::string epoch;                         // set once
  std::map<std::string, PluginKey> plugins;  // by pluginName()
  PluginKey last_plugin = 0;

  std::unique_ptr<Writer> writer;
};

Journal::Journal(JournalOptions options) {
  if (options.file.empty()) options.file = paths::state() / "journal.db";
  state_ = std::make_unique<State>(std::move(options));
  if (!state_->options.write) {
    epoch();  // says now what is wrong with the file
    return;
  }
  const auto& file = state_->options.file;
  makeFolder(file);
  state_->lock = std::make_unique<LockFile>(file, state_->options.command);
  try {
    auto connection = openWriter(file);
    {
      auto query = connection->query("SELECT key, id, version, sha256 FROM plugins ORDER BY key");
      while (query.next()) {
        state_->last_plugin = query.integer(0);
        state_->plugins[pluginName(query.text(1), query.text(2), query.text(3))] = state_->last_plugin;
      }
    }
    Writer::Options writer_options;
    writer_options.file = file;
    writer_options.interval = std::chrono::milliseconds(state_->options.commit_interval_ms);
    writer_options.commit_rows = static_cast<std::size_t>(std::max(1, state_->options.commit_rows));
    state_->writer = std::make_unique<Writer>(std::move(connection), std::move(writer_options));
  } catch (const sqlite::Error& error) {
    throw failure(file, error);
  } catch (const std::system_error& error) {
    throw Failure(ExitCode::journal, "the journal " + file.string() + " cannot be upgraded: " + error.what());
  }
  epoch();
}

Journal::~Journal() {
  if (!state_->writer) return;
  state_->writer->stop();
  // The writer's connection is the last to close: then SQLite removes the log, and the journal is one file again.
  state_->readers.close();
}

const fs::path& Journal::file() const { return state_->options.file; }

std::string Journal::writer() const { return lockOwner(state_->options.file); }

const std::string& Journal::epoch() const {
  const std::lock_guard lock(state_->mutex);
  if (state_->epoch.empty()) {
    auto found = state_->readers.read(std::string(), [](sqlite::Connection& connection) {
      auto query = connection.query("SELECT value FROM meta WHERE name = 'epoch'");
      return query.next() ? query.text(0) : std::string();
    });
    static const std::string kNone;
    if (found.empty()) return kNone;
    state_->epoch = std::move(found);
  }
  return state_->epoch;
}

Registration Journal::onEvent(std::function<void(const Event&)> listener) {
  return state_->writing().onEvent(std::move(listener));
}

Registration Journal::onFailure(std::function<void(const std::string&)> listener) {
  return state_->writing().onFailure(std::move(listener));
}

OrderedRun Journal::orderRun(const NewRun& run, const RunRequest& request, std::string_view state) {
  OrderedRun ordered;
  auto& made = ordered.run;
  static_cast<NewRun&>(made) = run;
  made.state = state;
  made.created_at = now();
  ordered.hash = request.hash;
  const auto key = request.key.empty() ? std::nullopt : std::optional(request.key);
  state_->writing().run([&](sqlite::Connection& connection, RowWriter& rows) {
    if (key) {
      if (auto earlier = queries::requestedRun(connection, *key)) {
        ordered = std::move(*earlier);
        return;
      }
    }
    do {
      made.id = newRunId(made.pipeline_name);
    } while (queries::runById(connection, made.id));
    connection.execute(
        "INSERT INTO runs (id, state, reason, created_at, ended_at, active_ms, repeated, samples, in_flight, seed, "
        "pipeline_name, pipeline_hash, file, base, user_id, overrides, result, pipeline_effective, pipeline_text, "
        "request_key, request_hash) VALUES (?, ?, '', ?, 0, 0, 0, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', ?, ?, ?, ?)",
        made.id, made.state, made.created_at, made.samples, made.in_flight, made.seed, made.pipeline_name,
        made.pipeline_hash, made.file, made.base, made.user_id, made.overrides_json, made.pipeline_effective,
        made.pipeline_text, key, request.hash);
    made.key = sqlite3_last_insert_rowid(connection.handle());
    rows.forget(made.key);
  });
  return ordered;
}

std::string Journal::secret(std::string_view name) {
  const auto key = "secret." + std::string(name);
  auto secret = newSecret();
  state_->writing().run([&](sqlite::Connection& connection, RowWriter&) {
    connection.execute("INSERT OR IGNORE INTO meta (name, value) VALUES (?, ?)", key, secret);
    auto query = connection.query("SELECT value FROM meta WHERE name = ?", key);
    if (query.next()) secret = query.text(0);
  });
  return secret;
}

PluginKey Journal::plugin(std::string_view id, std::string_view version, std::string_view sha256) {
  auto& writer = state_->writing();
  const std::lock_guard lock(state_->mutex);
  auto full_name = pluginName(id, version, sha256);
  const auto found = state_->plugins.find(full_name);
  if (found != state_->plugins.end()) return found->second;
  const PluginKey key = state_->last_plugin + 1;
  // Queued with the lock held: whoever gets the key from the cache appends behind this row.
  writer.enqueue([key, name = std::string(id), version = std::string(version), sha = std::string(sha256)](
                     sqlite::Connection& connection, RowWriter&) {
    connection.execute("INSERT INTO plugins (key, id, version, sha256) VALUES (?, ?, ?, ?)", key, name, version, sha);
  });
  state_->last_plugin = key;
  state_->plugins.emplace(std::move(full_name), key);
  return key;
}

void Journal::append(std::vector<Row> rows, std::function<void()> durable) {
  state_->writing().append(std::move(rows), std::move(durable));
}

void Journal::flush() { state_->writing().run(nullptr); }

void Journal::changeRun(RunKey run, std::int64_t samples, int in_flight, std::string_view overrides_json,
                        std::string_view pipeline_text, std::string_view pipeline_effective,
                        std::string_view pipeline_hash) {
  state_->writing().run([&](sqlite::Connection& connection, RowWriter&) {
    connection.execute(
        "UPDATE runs SET samples = ?2, in_flight = ?3, overrides = ?4, pipeline_text = ?5, pipeline_effective = ?6, "
        "pipeline_hash = ?7 WHERE key = ?1",
        run, samples, in_flight, overrides_json, pipeline_text, pipeline_effective, pipeline_hash);
  });
}

void Journal::deleteRun(RunKey run) {
  bool more = true;
  while (more) {
    state_->writing().run([&](sqlite::Connection& connection, RowWriter& rows) {
      more = deleteSlice(connection, run, rows.lastEvent());
      rows.forget(run);
    });
  }
}

std::vector<Run> Journal::runs(std::size_t limit, RunKey before) const {
  return state_->readers.read(std::vector<Run>(),
                              [&](auto& connection) { return queries::runs(connection, limit, before); });
}

Run Journal::findRun(std::string_view name) const {
  constexpr std::size_t kNames = 500;
  using Found = std::pair<std::optional<Run>, std::vector<std::string>>;  // the run, or names for the message
  auto [found, names] = state_->readers.read(Found(), [&](sqlite::Connection& connection) -> Found {
    if (name == "last") {
      auto newest = queries::runs(connection, 1, 0);
      if (newest.empty()) return {};
      return {std::move(newest.front()), {}};
    }
    if (auto exact = queries::runById(connection, name)) return {std::move(exact), std::vector<std::string>()};
    auto beginning = name.empty() ? std::vector<std::string>() : queries::runIds(connection, name, 12);
    if (beginning.size() == 1) return {queries::runById(connection, beginning.front()), {}};
    if (!beginning.empty()) return {std::nullopt, std::move(beginning)};
    return {std::nullopt, queries::runIds(connection, "", kNames)};
  });
  if (found) return std::move(*found);

  const auto quoted = "\"" + std::string(name) + "\"";
  if (names.empty()) {
    throw Failure(ExitCode::usage, "there is no run yet in the journal " + state_->options.file.string() +
                                       "; begin one with: troupe run FILE");
  }
  if (!name.empty() && names.front().starts_with(name)) {
    std::string text = "several runs begin with " + quoted + ":";
    for (std::size_t i = 0; i < names.size(); ++i) text += (i ? ", " : " ") + names[i];
    throw Failure(ExitCode::usage, text + "; give more of the name");
  }
  throw Failure(ExitCode::usage, "no run is called " + quoted + "; " + suggest(name, names, "runs", 5));
}

std::optional<Run> Journal::run(RunKey key) const {
  return state_->readers.read(std::optional<Run>(), [&](auto& connection) { return queries::run(connection, key); });
}

std::vector<Run> Journal::runsIn(std::string_view state) const {
  return state_->readers.read(std::vector<Run>(), [&](auto& connection) { return queries::runsIn(connection, state); });
}

std::optional<Run> Journal::lastEnded() const {
  return state_->readers.read(std::optional<Run>(), [](auto& connection) { return queries::lastEnded(connection); });
}

std::optional<OrderedRun> Journal::requestedRun(std::string_view request_key) const {
  return state_->readers.read(std::optional<OrderedRun>(),
                              [&](auto& connection) { return queries::requestedRun(connection, request_key); });
}

std::optional<SampleRecord> Journal::sample(RunKey run, std::int64_t index) const {
  return state_->readers.read(std::optional<SampleRecord>(),
                              [&](auto& connection) { return queries::sample(connection, run, index); });
}

std::vector<std::int64_t> Journal::unsettled(RunKey run, std::int64_t from, std::size_t limit) const {
  return state_->readers.read(std::vector<std::int64_t>(),
                              [&](auto& connection) { return queries::unsettled(connection, run, from, limit); });
}

std::int64_t Journal::lastStarted(RunKey run) const {
  return state_->readers.read(std::int64_t{-1},
                              [&](auto& connection) { return queries::lastStarted(connection, run); });
}

std::vector<std::int64_t> Journal::samples(RunKey run, std::int64_t from, std::size_t limit) const {
  return state_->readers.read(std::vector<std::int64_t>(),
                              [&](auto& connection) { return queries::samples(connection, run, from, limit); });
}

std::vector<EnsembleDecided> Journal::ensembles(RunKey run, std::int64_t from, std::size_t limit) const {
  return state_->readers.read(std::vector<EnsembleDecided>(),
                              [&](auto& connection) { return queries::ensembles(connection, run, from, limit); });
}

RunTotals Journal::totals(RunKey run) const {
  return state_->readers.read(RunTotals(), [&](auto& connection) { return queries::totals(connection, run); });
}

std::vector<Spending> Journal::spending(RunKey run) const {
  return state_->readers.read(std::vector<Spending>(),
                              [&](auto& connection) { return queries::spending(connection, run); });
}

std::int64_t Journal::lastCharge(RunKey run) const {
  return state_->readers.read(std::int64_t{0}, [&](auto& connection) { return queries::lastCharge(connection, run); });
}

std::optional<FeedbackEmitted> Journal::feedback(RunKey run, std::string_view node, std::int64_t index) const {
  return state_->readers.read(std::optional<FeedbackEmitted>(),
                              [&](auto& connection) { return queries::feedback(connection, run, node, index); });
}

std::vector<Event> Journal::events(RunKey run, std::int64_t after, std::size_t limit) const {
  return state_->readers.read(std::vector<Event>(),
                              [&](auto& connection) { return queries::events(connection, run, after, limit); });
}

std::vector<Event> Journal::eventsBefore(RunKey run, std::string_view type, std::int64_t before,
                                         std::size_t limit) const {
  return state_->readers.read(std::vector<Event>(), [&](auto& connection) {
    return queries::eventsBefore(connection, run, type, before, limit);
  });
}

std::int64_t Journal::head() const {
  return state_->readers.read(std::int64_t{0}, [](auto& connection) { return queries::head(connection); });
}

std::vector<SampleHeld> Journal::undecided(RunKey run, std::size_t limit) const {
  return state_->readers.read(std::vector<SampleHeld>(),
                              [&](auto& connection) { return queries::undecided(connection, run, limit); });
}

std::optional<Event> Journal::lastEvent(RunKey run, std::string_view type) const {
  return state_->readers.read(std::optional<Event>(),
                              [&](auto& connection) { return queries::lastEvent(connection, run, type); });
}

std::optional<std::int64_t> Journal::bestSample(RunKey run, bool saved_only) const {
  return state_->readers.read(std::optional<std::int64_t>(),
                              [&](auto& connection) { return queries::bestSample(connection, run, saved_only); });
}

std::vector<std::string> Journal::saves(RunKey run, std::size_t limit) const {
  return state_->readers.read(std::vector<std::string>(),
                              [&](auto& connection) { return queries::saves(connection, run, limit); });
}

std::int64_t Journal::cursor(RunKey run, std::string_view sink) const {
  return state_->readers.read(std::int64_t{0},
                              [&](auto& connection) { return queries::cursor(connection, run, sink); });
}

std::optional<Journal::PluginRow> Journal::plugin(PluginKey key) const {
  return state_->readers.read(
      std::optional<PluginRow>(), [&](sqlite::Connection& connection) -> std::optional<PluginRow> {
        auto query = connection.query("SELECT id, version, sha256 FROM plugins WHERE key = ?", key);
        if (!query.next()) return std::nullopt;
        return PluginRow{query.text(0), query.text(1), query.text(2)};
      });
}

void Journal::backup(const fs::path& to) const {
  try {
    const auto connection = state_->readers.borrow();
    if (!connection) {
      throw Failure(ExitCode::journal, "there is no journal " + state_->options.file.string() + " to copy");
    }
    copyDatabase(*connection, to);
  } catch (const sqlite::Error& error) {
    throw Failure(ExitCode::journal, "the journal " + state_->options.file.string() + " cannot be copied to " +
                                         to.string() + ": " + error.what());
  } catch (const std::system_error& error) {
    throw Failure(ExitCode::journal, "the journal " + state_->options.file.string() + " cannot be copied to " +
                                         to.string() + ": " + error.code().message());
  }
}

}  // namespace troupe::journal
