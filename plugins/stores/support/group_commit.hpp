#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace troupe::stores {

/// Makes the items of many threads durable with few syncs. Whoever comes first commits for all that wait with it; the
/// others sleep until their item is done. While one group is being written the next one gathers, so a group is as large
/// as the load and a single caller never waits for company.
template <typename Item>
class GroupCommit {
 public:
  /// Makes a group durable and notes in each item what became of it. Never called by two threads at a time; must not
  /// throw.
  using Commit = std::function<void(const std::vector<Item*>& group)>;

  explicit GroupCommit(Commit commit, std::size_t max_group = 256)
      : commit_(std::move(commit)), max_group_(max_group) {}
  GroupCommit(const GroupCommit&) = delete;
  GroupCommit& operator=(const GroupCommit&) = delete;

  /// Returns when the group that held `item` is through. [any thread]
  void submit(Item& item) {
    const auto waiter = std::make_shared<Waiter>(item);
    std::unique_lock lock(mutex_);
    queue_.push_back(waiter);
    if (gathering_ && queue_.size() >= expected()) gathered_.notify_one();
    waiter->turn.wait(lock, [&] { return waiter->done || (!busy_ && queue_.front() == waiter); });
    if (waiter->done) return;

    busy_ = true;
    gather(lock);
    const Group group = takeGroup();
    lock.unlock();
    std::vector<Item*> items;
    items.reserve(group.size());
    for (const auto& member : group) items.push_back(&member->item);
    commit_(items);
    lock.lock();

    busy_ = false;
    last_group_ = group.size();
    for (const auto& member : group) member->done = true;
    const auto next = queue_.empty() ? nullptr : queue_.front();
    // Not under the lock, for which all that are woken would wait. They may leave at once: the group keeps the waiters.
    lock.unlock();
    if (next) next->turn.notify_one();
    for (const auto& member : group) {
      if (member != waiter) member->turn.notify_one();
    }
  }

  /// How many callers wait for a group after the one that is being committed. [any thread]
  std::size_t waiting() const {
    const std::lock_guard lock(mutex_);
    return queue_.size();
  }

 private:
  struct Waiter {
    explicit Waiter(Item& i) : item(i) {}
    Item& item;
    std::condition_variable turn;
    bool done = false;
  };
  using Group = std::vector<std::shared_ptr<Waiter>>;

  /// The callers of the last group are on their way back with their next item: without a short wait the first of them
  /// would pay a sync for itself alone. A caller that was alone last time does not wait.
  void gather(std::unique_lock<std::mutex>& lock) {
    if (queue_.size() >= expected()) return;
    gathering_ = true;
    gathered_.wait_for(lock, std::chrono::microseconds(300), [&] { return queue_.size() >= expected(); });
    gathering_ = false;
  }
  std::size_t expected() const { return last_group_ / 2; }

  Group takeGroup() {
    const auto count = static_cast<std::ptrdiff_t>(std::min(queue_.size(), max_group_));
    Group group(queue_.begin(), queue_.begin() + count);
    queue_.erase(queue_.begin(), queue_.begin() + count);
    return group;
  }

  const Commit commit_;
  const std::size_t max_group_;

  mutable std::mutex mutex_;  // Guards all below.
  std::deque<std::shared_ptr<Waiter>> queue_;
  std::condition_variable gathered_;
  std::size_t last_group_ = 0;
  bool busy_ = false;
  bool gathering_ = false;
};

}  // namespace troupe::stores
