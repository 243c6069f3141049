#include "pipeline/delta_feed.hpp"

#include <map>
#include <mutex>
#include <troupe/troupe.hpp>
#include <utility>

#include "support/unix_time.hpp"

namespace troupe::pipeline {
namespace {

// The piece of text that a plugin sent; empty for what is none.
std::string textOf(std::string_view json) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseValidateEncodingFlag | rapidjson::kParseIterativeFlag>(json.data(), json.size());
  if (document.HasParseError() || !document.IsObject()) return {};
  const auto* text = Object(document).find("text");
  return text != nullptr && text->IsString() ? std::string(text->GetString(), text->GetStringLength()) : std::string();
}

}  // namespace

struct DeltaFeed::State : std::enable_shared_from_this<State> {
  using Clock = Timer::Clock;
  using Key = std::pair<std::int64_t, std::string>;  // Sample and node.
  struct Writing {
    int attempt = 0;
    std::string text;        // The newest of it.
    std::size_t before = 0;  // Bytes that stood in front of that.
    bool over = false;
    bool dirty = false;
    Clock::time_point told{};
  };

  State(Timer& timer_, std::shared_ptr<EventHub> hub_, journal::RunKey run_, std::string run_id_)
      : timer(timer_), hub(std::move(hub_)), run(run_), run_id(std::move(run_id_)) {}

  Timer& timer;
  const std::shared_ptr<EventHub> hub;
  const journal::RunKey run;
  const std::string run_id;

  std::mutex mutex;  // Guards all below, and that nothing goes out after forget() and close().
  bool closed = false;
  bool armed = false;
  std::map<Key, Writing> writings;

  static std::string nameOf(const Key& key) { return "delta/" + std::to_string(key.first) + "/" + key.second; }

  // With the mutex held.
  void publish(const Key& key, Writing& writing) {
    writing.dirty = false;
    writing.told = Clock::now();
    JsonWriter json;
    json.beginObject().member("type", "delta").member("run", std::string_view(run_id)).member("at", unixMs());
    json.member("node", std::string_view(key.second)).member("index", key.first).member("attempt", writing.attempt);
    json.member("offset", static_cast<std::uint64_t>(writing.before)).member("text", std::string_view(writing.text));
    json.member("over", writing.over).endObject();
    hub->publishFrame(run, nameOf(key), "delta", std::string(json.text()));
  }

  void add(const Key& key, int attempt, const std::string& piece) {
    const std::lock_guard lock(mutex);
    const auto found = writings.find(key);
    if (closed || piece.empty() || found == writings.end()) return;
    auto& writing = found->second;
    if (writing.over || writing.attempt != attempt) return;  // Of an attempt that was given up.
    writing.text += piece;
    if (writing.text.size() > kWindow) {
      auto cut = writing.text.size() - kWindow;
      while (cut < writing.text.size() && (static_cast<unsigned char>(writing.text[cut]) & 0xC0) == 0x80) ++cut;
      writing.text.erase(0, cut);
      writing.before += cut;
    }
    writing.dirty = true;
    if (Clock::now() - writing.told >= kPause) {
      publish(key, writing);
    } else {
      arm();
    }
  }

  // With the mutex held.
  void arm() {
    if (std::exchange(armed, true)) return;
    timer.after(kPause, [self = shared_from_this()] { self->flush(); });
  }

  void flush() {
    const std::lock_guard lock(mutex);
    armed = false;
    if (closed) return;
    for (auto& [key, writing] : writings) {
      if (!writing.dirty) continue;
      Clock::now() - writing.told >= kPause ? publish(key, writing) : arm();
    }
  }
};

DeltaFeed::DeltaFeed(Timer& timer, std::shared_ptr<EventHub> hub, journal::RunKey run, std::string run_id)
    : state_(std::make_shared<State>(timer, std::move(hub), run, std::move(run_id))) {}

Call::Listener DeltaFeed::listen(std::int64_t index, const std::string& node, int attempt) {
  if (!state_->hub->deltasWanted()) return nullptr;
  const State::Key key(index, node);
  {
    const std::lock_guard lock(state_->mutex);
    auto& writing = state_->writings[key];
    const bool shown = !writing.text.empty();
    writing = {};
    writing.attempt = attempt;
    writing.dirty = shown;  // What the attempt before has written is taken back.
    if (shown && !state_->closed) state_->arm();
  }
  return [state = state_, key, attempt](std::uint32_t kind, std::string_view json) {
    if (kind == TROUPE_DELTA) state->add(key, attempt, textOf(json));
  };
}

void DeltaFeed::ended(std::int64_t index, const std::string& node) {
  const std::lock_guard lock(state_->mutex);
  const auto found = state_->writings.find({index, node});
  if (found == state_->writings.end() || state_->closed || found->second.over) return;
  found->second.over = true;
  if (!found->second.text.empty()) state_->publish(found->first, found->second);
}

void DeltaFeed::forget(std::int64_t index) {
  const std::lock_guard lock(state_->mutex);
  auto it = state_->writings.lower_bound({index, std::string()});
  while (it != state_->writings.end() && it->first.first == index) {
    state_->hub->dropFrame(state_->run, State::nameOf(it->first));
    it = state_->writings.erase(it);
  }
}

void DeltaFeed::close() {
  const std::lock_guard lock(state_->mutex);
  state_->closed = true;
  state_->writings.clear();
}

}  // namespace troupe::pipeline
