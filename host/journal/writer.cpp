#include "journal/writer.hpp"

#include <algorithm>
#include <future>
#include <stdexcept>
#include <utility>

#include "journal/failures.hpp"
#include "support/problem.hpp"

namespace troupe::journal {
namespace {

using std::chrono::steady_clock;

// Bounds of what is queued; whoever appends more waits. Rows are small, so bytes are what counts for memory.
constexpr std::size_t kQueueRows = 64 * 1024;
constexpr std::size_t kQueueBytes = 8 << 20;
// So much is committed without waiting for more.
constexpr std::size_t kGroupBytes = 1 << 20;
// Rows of one group at most, when that many are queued.
constexpr std::size_t kGroupRows = 4096;
// From so many rows a group counts as a sign of a flood.
constexpr std::size_t kFloodRows = 64;
// In a flood: no more rows for this long means that everybody waits for the commit.
constexpr std::chrono::microseconds kIdle{250};
// Pages (4 KiB) in the write-ahead log: copied back when the queue is empty, in any case, and against readers that are
// in the way.
constexpr int kCheckpointIdle = 1000;
constexpr int kCheckpoint = 4000;
constexpr int kCheckpointForced = 16000;
constexpr int kReaderPatienceMs = 100;
constexpr int kBusyTimeoutMs = 10000;

std::size_t bytesOf(const std::vector<Row>& rows) {
  struct Size {
    std::size_t operator()(const SampleStarted& row) const { return row.prompt.size(); }
    std::size_t operator()(const Attempt& row) const { return row.message.size(); }
    std::size_t operator()(const CallSettled& row) const { return row.answer.size() + row.message.size(); }
    std::size_t operator()(const ModelAttempt& row) const { return row.message.size(); }
    std::size_t operator()(const ModelCallSettled& row) const { return row.answer.size() + row.message.size(); }
    std::size_t operator()(const ScoreSettled& row) const { return row.json.size(); }
    std::size_t operator()(const SampleDecided& row) const { return row.json.size() + row.reason.size(); }
    std::size_t operator()(const VerdictGiven& row) const { return row.reason.size(); }
    std::size_t operator()(const SampleHeld& row) const { return row.why.size(); }
    std::size_t operator()(const HoldDecided&) const { return 0; }
    std::size_t operator()(const SampleSaved& row) const { return row.json.size(); }
    std::size_t operator()(const FeedbackEmitted& row) const { return row.json.size(); }
    std::size_t operator()(const SampleSettled&) const { return 0; }
    std::size_t operator()(const EventAppended& row) const { return row.json.size(); }
    std::size_t operator()(const RunStateChanged& row) const { return row.result_json.size(); }
    std::size_t operator()(const CursorMoved&) const { return 0; }
    std::size_t operator()(const Reserved&) const { return 0; }
    std::size_t operator()(const Charged&) const { return 0; }
  };
  std::size_t bytes = rows.size() * sizeof(Row);
  for (const auto& row : rows) bytes += std::visit(Size{}, row);
  return bytes;
}

bool hasEvent(const std::vector<Row>& rows) {
  for (const auto& row : rows) {
    if (std::holds_alternative<EventAppended>(row)) return true;
  }
  return false;
}

}  // namespace

Writer::Writer(std::unique_ptr<sqlite::Connection> connection, Options options)
    : options_(std::move(options)), connection_(std::move(connection)), rows_(*connection_) {
  sqlite3_wal_hook(
      connection_->handle(),
      [](void* self, sqlite3*, const char*, int pages) {
        static_cast<Writer*>(self)->wal_pages_ = pages;
        return SQLITE_OK;
      },
      this);
  thread_ = std::thread([this] { work(); });
}

Writer::~Writer() { stop(); }

void Writer::stop() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  work_.notify_one();
  thread_.join();
  // Leaves everything in the one file. A reader in the way or a full disk may prevent it: nothing is lost, the log is
  // read next time.
  sqlite3_busy_timeout(connection_->handle(), kReaderPatienceMs);
  sqlite3_wal_checkpoint_v2(connection_->handle(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
}

void Writer::append(std::vector<Row> rows, std::function<void()> durable) {
  if (rows.empty() && !durable) return;
  const bool urgent = durable || hasEvent(rows);
  Batch batch{std::move(rows), nullptr, std::move(durable), 0};
  batch.bytes = bytesOf(batch.rows);
  if (std::this_thread::get_id() != thread_.get_id()) {
    std::unique_lock lock(mutex_);
    room_.wait(lock, [&] { return failed_ || (pending_rows_ < kQueueRows && pending_bytes_ < kQueueBytes); });
  }
  enqueue(std::move(batch), urgent);
}

void Writer::enqueue(Job job) { enqueue(Batch{{}, std::move(job), nullptr, 0}, false); }

void Writer::run(Job job) {
  if (std::this_thread::get_id() == thread_.get_id()) {
    throw std::logic_error("the journal's thread cannot wait for itself");
  }
  auto done = std::make_shared<std::promise<void>>();
  auto committed = done->get_future();
  // The batch alone keeps the promise: one that is dropped breaks it.
  enqueue(Batch{{}, std::move(job), [done = std::move(done)] { done->set_value(); }, 0}, true);
  try {
    committed.get();
  } catch (const std::future_error&) {
    throw Failure(ExitCode::journal, failureMessage());
  }
}

void Writer::enqueue(Batch batch, bool urgent) {
  std::unique_lock lock(mutex_);
  if (failed_) {
    lock.unlock();  // what is dropped is destroyed without the lock
    return;
  }
  const auto weight = batch.weight();
  if (queue_.empty()) first_ = steady_clock::now();
  const bool had_enough = enough();
  const bool first = queue_.empty() || (urgent && !urgent_);
  queued_rows_ += weight;
  queued_bytes_ += batch.bytes;
  pending_rows_ += weight;
  pending_bytes_ += batch.bytes;
  urgent_ = urgent_ || urgent;
  queue_.push_back(std::move(batch));
  const bool notify = waiting_ && (first || (!had_enough && enough()));
  lock.unlock();
  if (notify) work_.notify_one();
}

bool Writer::enough() const { return stop_ || queued_rows_ >= options_.commit_rows || queued_bytes_ >= kGroupBytes; }

void Writer::waitForMore(std::unique_lock<std::mutex>& lock) {
  const auto deadline = first_ + options_.interval;
  while (!enough()) {
    const auto now = steady_clock::now();
    if (now >= deadline) return;
    if (!urgent_) {
      work_.wait_until(lock, deadline, [this] { return enough() || urgent_; });
    } else if (!flooding_) {
      return;
    } else {
      const auto before = queued_rows_;
      work_.wait_until(lock, std::min<steady_clock::time_point>(deadline, now + kIdle), [this] { return enough(); });
      if (queued_rows_ == before) return;
    }
  }
}

std::vector<Writer::Batch> Writer::take() {
  std::unique_lock lock(mutex_);
  waiting_ = true;
  work_.wait(lock, [&] { return stop_ || !queue_.empty(); });
  if (!queue_.empty()) waitForMore(lock);
  waiting_ = false;
  queued_rows_ = 0;
  queued_bytes_ = 0;
  urgent_ = false;
  return std::exchange(queue_, {});
}

void Writer::work() noexcept {
  std::vector<Batch> batches;  // outlives giveUp(), so that whoever waits for one learns why it was dropped
  try {
    for (;;) {
      batches = take();
      if (batches.empty()) return;
      std::size_t group_rows = 0;
      for (std::size_t first = 0; first < batches.size();) {
        auto last = first;
        group_rows = 0;
        std::size_t bytes = 0;
        while (last < batches.size() && (last == first || group_rows + batches[last].weight() <= kGroupRows)) {
          group_rows += batches[last].weight();
          bytes += batches[last].bytes;
          ++last;
        }
        commit(&batches[first], &batches[last - 1] + 1);
        first = last;
        {
          const std::lock_guard lock(mutex_);
          pending_rows_ -= group_rows;
          pending_bytes_ -= bytes;
        }
        room_.notify_all();
      }
      flooding_ = group_rows >= kFloodRows;
      bool idle = false;
      {
        const std::lock_guard lock(mutex_);
        idle = queue_.empty();
      }
      checkpoint(idle);
    }
  } catch (const sqlite::Error& error) {
    giveUp(explain(options_.file, error));
  } catch (const std::exception& error) {
    giveUp("the journal " + options_.file.string() + ": " + error.what());
  }
}

void Writer::commit(Batch* first, Batch* last) {
  published_.clear();
  {
    sqlite::Transaction transaction(*connection_, sqlite::Transaction::Kind::write);
    for (auto* batch = first; batch != last; ++batch) {
      for (const auto& row : batch->rows) rows_.write(row, published_);
      if (batch->job) batch->job(*connection_, rows_);
    }
    transaction.commit();
  }
  // Only now does it exist for anybody else.
  if (!published_.empty()) {
    const auto tell = on_event_.audience();
    for (const auto& event : published_) tell(event);
  }
  for (auto* batch = first; batch != last; ++batch) {
    if (batch->durable) batch->durable();
    *batch = Batch{};
  }
}

void Writer::checkpoint(bool idle) {
  if (wal_pages_ < copied_pages_) copied_pages_ = 0;  // the log was begun anew
  const bool again = copied_pages_ > 0;
  if (wal_pages_ - copied_pages_ < (idle || again ? kCheckpointIdle : kCheckpoint)) return;
  // Readers of older rows keep the log from being begun anew. They are short: waiting for them a little bounds the
  // file.
  const bool forced = wal_pages_ >= kCheckpointForced;
  auto* const handle = connection_->handle();
  if (forced) sqlite3_busy_timeout(handle, kReaderPatienceMs);
  const int mode = forced ? SQLITE_CHECKPOINT_RESTART : SQLITE_CHECKPOINT_PASSIVE;
  const int code = sqlite3_wal_checkpoint_v2(handle, nullptr, mode, nullptr, nullptr);
  if (forced) sqlite3_busy_timeout(handle, kBusyTimeoutMs);
  if ((code & 0xff) != SQLITE_BUSY && (code & 0xff) != SQLITE_LOCKED) sqlite::check(handle, code);
  copied_pages_ = wal_pages_;
}

void Writer::giveUp(const std::string& message) {
  std::vector<Batch> dropped;
  {
    const std::lock_guard lock(mutex_);
    failed_ = true;
    failure_ = message;
    dropped = std::exchange(queue_, {});
  }
  room_.notify_all();
  dropped.clear();
  on_failure_.audience()(message);
}

Registration Writer::onFailure(std::function<void(const std::string&)> listener) {
  std::string failure;
  {
    const std::lock_guard lock(mutex_);
    if (!failed_) return on_failure_.add(std::move(listener));
    failure = failure_;
  }
  listener(failure);
  return {};
}

std::string Writer::failureMessage() {
  const std::lock_guard lock(mutex_);
  return failure_;
}

}  // namespace troupe::journal
