#include <chrono>

#include <troupe/troupe.hpp>

#include "story_store.hpp"

namespace {

/// Saves samples as rows of a SQLite database.
class SqliteStore final : public troupe::Node {
 public:
  explicit SqliteStore(const troupe::Options& options)
      : path_(options.text("path")),
        user_id_(options.text("user_id", "")),
        store_(path_, options.integer("busy_timeout_ms")) {}

  void run(troupe::Call& call) override {
    auto story = troupe::sqlite_store::Story::of(call.fields().object("sample"));
    if (!story.user_id && !user_id_.empty()) story.user_id = user_id_;
    story.saved_at = now(call);
    const std::int64_t id = store_.save(story, [&call] { return call.cancelled(); });
    troupe::JsonWriter saved;
    saved.beginObject().member("id", id).member("where", path_).endObject();
    call.emit("saved", saved);
  }

 private:
  static std::int64_t now(const troupe::Call& call) {
    if (const auto* clock = call.host().extension<troupe_clock>(TROUPE_CLOCK_ID)) return clock->unix_ms(clock->ctx);
    using namespace std::chrono;
    return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
  }

  const std::string path_;
  const std::string user_id_;
  troupe::sqlite_store::StoryStore store_;  // Takes care of its threads, so any number may be inside run().
};

}  // namespace

TROUPE_PLUGIN(SqliteStore, "troupe.store.sqlite")
