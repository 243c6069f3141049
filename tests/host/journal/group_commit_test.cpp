#include <catch2/catch.hpp>

#include <atomic>
#include <future>

#include "host/journal/journal_support.hpp"
#include "journal/open.hpp"
#include "journal/writer.hpp"
#include "support/temp_dir.hpp"

using namespace troupe::journal;
using namespace troupe::test;

namespace {

// A writer whose commits are counted.
struct CountingWriter {
  explicit CountingWriter(const std::filesystem::path& file,
                          std::chrono::microseconds interval = std::chrono::hours(1)) {
    auto connection = openWriter(file);
    connection->script(
        "INSERT INTO runs VALUES (1, 'r-1', 'running', '', 0, 0, 0, 0, 0, 1, 0, '', '', '', '', '', '', '', '', '', "
        "NULL, '')");
    sqlite3_commit_hook(
        connection->handle(),
        [](void* count) {
          ++*static_cast<std::atomic<int>*>(count);
          return 0;
        },
        &commits);
    Writer::Options options;
    options.file = file;
    options.interval = interval;
    writer = std::make_unique<Writer>(std::move(connection), options);
  }

  // Keeps the thread busy until release(), so that what is appended meanwhile is queued.
  void block() {
    std::promise<void> inside;
    writer->append({}, [&inside, gate = release_.get_future().share()] {
      inside.set_value();
      gate.wait();
    });
    inside.get_future().get();
  }
  void release() { release_.set_value(); }

  std::atomic<int> commits{0};
  std::unique_ptr<Writer> writer;

 private:
  std::promise<void> release_;
};

}  // namespace

TEST_CASE("a lone append is committed at once, whatever the interval", "[journal]") {
  TempDir folder;
  CountingWriter counting(folder / "j.db");
  for (int i = 0; i < 5; ++i) {
    std::promise<void> durable;
    counting.writer->append(batch(started(1, i)), [&] { durable.set_value(); });
    durable.get_future().get();
    CHECK(counting.commits == i + 1);
  }
}

TEST_CASE("rows that nobody waits for are committed with the next ones, or after the interval", "[journal]") {
  TempDir folder;
  SECTION("with the next ones") {
    CountingWriter counting(folder / "j.db");
    for (int i = 0; i < 100; ++i) counting.writer->append(batch(started(1, i)), nullptr);
    counting.writer->run(nullptr);
    CHECK(counting.commits == 1);
  }
  SECTION("at the number of rows") {
    CountingWriter counting(folder / "j.db");
    for (int i = 0; i < 256; ++i) counting.writer->append(batch(started(1, i)), nullptr);
    const Journal reader(reading(folder / "j.db"));
    while (reader.lastStarted(1) < 255) std::this_thread::yield();
    CHECK(counting.commits >= 1);
  }
  SECTION("after the interval") {
    CountingWriter counting(folder / "j.db", std::chrono::milliseconds(5));
    counting.writer->append(batch(started(1, 0)), nullptr);
    const Journal reader(reading(folder / "j.db"));
    while (reader.lastStarted(1) < 0) std::this_thread::yield();
    CHECK(counting.commits == 1);
  }
}

TEST_CASE("what was queued while a commit took place is one group, up to a bound", "[journal]") {
  TempDir folder;
  CountingWriter counting(folder / "j.db");
  counting.block();
  const int before = counting.commits;
  std::vector<int> commits_at_callback;
  for (int i = 0; i < 5000; ++i) {
    counting.writer->append(batch(started(1, i)), [&] { commits_at_callback.push_back(counting.commits); });
  }
  counting.release();
  counting.writer->run(nullptr);
  REQUIRE(commits_at_callback.size() == 5000);
  CHECK(commits_at_callback.front() == before + 1);
  CHECK(commits_at_callback[4095] == before + 1);
  CHECK(commits_at_callback[4096] == before + 2);
  CHECK(commits_at_callback.back() == before + 2);
}

TEST_CASE("rows of one append are in one group, however many they are", "[journal]") {
  TempDir folder;
  CountingWriter counting(folder / "j.db");
  std::vector<Row> rows;
  for (int i = 0; i < 10000; ++i) rows.emplace_back(started(1, i));
  std::promise<void> durable;
  counting.writer->append(std::move(rows), [&] { durable.set_value(); });
  durable.get_future().get();
  CHECK(counting.commits == 1);
}

TEST_CASE("whoever appends too much waits, the journal's own thread never does", "[journal]") {
  TempDir folder;
  CountingWriter counting(folder / "j.db");
  counting.block();
  std::atomic<int> appended{0};
  const std::string big(1 << 20, 'x');
  std::thread producer([&] {
    for (int i = 0; i < 20; ++i) {
      counting.writer->append(batch(FeedbackEmitted{1, i, "memory", big}), nullptr);
      ++appended;
    }
  });
  while (appended < 8) std::this_thread::yield();
  CHECK(appended <= 9);  // 8 MiB are queued: nothing more before the thread goes on
  counting.release();
  producer.join();
  counting.writer->run(nullptr);
  CHECK(appended == 20);

  std::promise<void> durable;
  counting.writer->append({}, [&] {
    for (int i = 0; i < 20; ++i) counting.writer->append(batch(FeedbackEmitted{1, i, "other", big}), nullptr);
    counting.writer->append({}, [&] { durable.set_value(); });
  });
  durable.get_future().get();
}

TEST_CASE("the write-ahead log stays bounded, also with readers about", "[journal]") {
  TempDir folder;
  Journal journal(writing(folder / "j.db"));
  const auto run = journal.createRun(newRun()).key;
  const Journal reader(reading(folder / "j.db"));
  std::uintmax_t largest = 0;
  const std::string text(20000, 'x');
  for (int i = 0; i < 4000; ++i) {
    journal.append(batch(FeedbackEmitted{run, i, "memory", text}));
    if (i % 50 == 0) {
      journal.flush();
      reader.feedback(run, "memory", i);
      largest = std::max(largest, std::filesystem::file_size((folder / "j.db").string() + "-wal"));
    }
  }
  journal.flush();
  CHECK(largest < 40'000'000);  // of 80 MB written
}

TEST_CASE("waiting for the journal on its own thread is refused", "[journal]") {
  TempDir folder;
  Journal journal(writing(folder / "j.db"));
  const auto run = journal.createRun(newRun()).key;
  std::promise<bool> refused;
  journal.append(batch(started(run, 0)), [&] {
    try {
      journal.flush();
      refused.set_value(false);
    } catch (const std::logic_error&) {
      refused.set_value(true);
    }
  });
  CHECK(refused.get_future().get());
}
