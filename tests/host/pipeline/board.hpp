#pragma once

#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "support/plugins/scripted/hook.h"

namespace troupe::test {

constexpr auto kPatience = std::chrono::seconds(60);  // Until a wait counts as a hang.

/// The test's end of the scripted plugin: hears what happens inside its nodes, and can stop them there. [any thread]
class Board {
 public:
  struct Word {
    std::string label, what;
    std::int64_t index;
    const void* self;
    std::string text;
  };

  Board() = default;
  /// Waits for who is still speaking.
  ~Board() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return hearing_ == 0; });
  }
  Board(const Board&) = delete;
  Board& operator=(const Board&) = delete;

  /// For option "hook".
  std::string address() const { return std::to_string(reinterpret_cast<std::uintptr_t>(&hook_)); }

  /// Who says this waits until open() is called.
  void close(const std::string& label, const std::string& what) {
    const std::lock_guard lock(mutex_);
    closed_.insert({label, what});
  }
  void open(const std::string& label, const std::string& what) {
    const std::lock_guard lock(mutex_);
    closed_.erase({label, what});
    changed_.notify_all();
  }
  /// Called, on the plugin's thread and not under the lock, whenever `label` says `what`.
  void on(const std::string& label, const std::string& what, std::function<void(std::int64_t index)> fn) {
    const std::lock_guard lock(mutex_);
    listeners_[{label, what}] = std::move(fn);
  }

  /// Until it has been said `times` times.
  void waitFor(const std::string& label, const std::string& what, int times = 1) {
    std::unique_lock lock(mutex_);
    const bool said = changed_.wait_for(lock, kPatience, [&] { return counts_[{label, what}] >= times; });
    INFO(label << " said " << what << " " << counts_[std::pair(label, what)] << " of " << times << " times");
    REQUIRE(said);
  }
  int count(const std::string& label, const std::string& what) const {
    const std::lock_guard lock(mutex_);
    const auto found = counts_.find({label, what});
    return found == counts_.end() ? 0 : found->second;
  }
  int count(const std::string& label, const std::string& what, std::int64_t index) const {
    const std::lock_guard lock(mutex_);
    return static_cast<int>(std::count_if(words_.begin(), words_.end(), [&](const Word& word) {
      return word.label == label && word.what == what && word.index == index;
    }));
  }
  /// What was said, in order.
  std::vector<Word> words(const std::string& label, const std::string& what) const {
    const std::lock_guard lock(mutex_);
    std::vector<Word> some;
    std::copy_if(words_.begin(), words_.end(), std::back_inserter(some),
                 [&](const Word& word) { return word.label == label && word.what == what; });
    return some;
  }
  /// Calls that were inside a node, or inside one instance of it, at once.
  int mostInside(const std::string& label) const {
    const std::lock_guard lock(mutex_);
    const auto found = most_inside_.find(label);
    return found == most_inside_.end() ? 0 : found->second;
  }
  int mostInsideOne(const std::string& label) const {
    const std::lock_guard lock(mutex_);
    const auto found = most_inside_one_.find(label);
    return found == most_inside_one_.end() ? 0 : found->second;
  }

 private:
  static void tell(void* ctx, const char* label, const char* what, std::int64_t index, const void* self,
                   const char* text, std::size_t n) {
    static_cast<Board*>(ctx)->hear({label, what, index, self, std::string(text, n)});
  }
  void hear(Word word) {
    const std::pair key(word.label, word.what);
    std::function<void(std::int64_t)> listener;
    const auto index = word.index;
    {
      std::unique_lock lock(mutex_);
      ++hearing_;
      if (word.what == "run") {
        most_inside_[word.label] = std::max(most_inside_[word.label], ++inside_[word.label]);
        most_inside_one_[word.label] = std::max(most_inside_one_[word.label], ++inside_one_[word.self]);
      } else if (word.what == "back") {
        --inside_[word.label];
        --inside_one_[word.self];
      }
      words_.push_back(std::move(word));
      ++counts_[key];
      changed_.notify_all();
      if (const auto found = listeners_.find(key); found != listeners_.end()) listener = found->second;
    }
    if (listener) listener(index);
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return closed_.count(key) == 0; });
    --hearing_;
    changed_.notify_all();
  }

  const scripted_hook hook_{this, &tell};

  mutable std::mutex mutex_;  // Guards all below.
  std::condition_variable changed_;
  std::vector<Word> words_;
  std::map<std::pair<std::string, std::string>, int> counts_;
  std::map<std::pair<std::string, std::string>, std::function<void(std::int64_t)>> listeners_;
  std::set<std::pair<std::string, std::string>> closed_;
  std::map<std::string, int> inside_, most_inside_, most_inside_one_;
  std::map<const void*, int> inside_one_;
  int hearing_ = 0;
};

}  // namespace troupe::test
