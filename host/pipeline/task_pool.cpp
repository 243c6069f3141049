#include "pipeline/task_pool.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <set>
#include <utility>

#include "pipeline/thread_state.hpp"

namespace troupe::pipeline {

struct TaskPool::State : std::enable_shared_from_this<State> {
  explicit State(std::size_t max) : max_threads(max) {}

  const std::size_t max_threads;

  std::mutex mutex;  // Guards all below.
  std::condition_variable ready, supervisor_wake, ended;
  std::deque<Task> queue;
  std::set<pid_t> workers;
  std::size_t taken = 0;  // Tasks taken so far; the supervisor sees progress by it.
  std::size_t idle = 0;
  std::size_t called = 0;  // Of the idle: woken, and not yet here.
  std::size_t alive = 0;
  std::size_t abandoned = 0;
  bool stopping = false;
  bool stopped = false;  // Whoever comes back now finds nothing to do.
  bool watched = false;  // The supervisor is awake.

  // With the mutex held. Threads are detached and keep the state alive; the destructor counts them out.
  void grow(std::size_t count) {
    for (; count > 0 && alive < max_threads + abandoned; --count) {
      ++alive;
      std::thread([self = shared_from_this()] { self->work(); }).detach();
    }
  }

  // With the mutex held: whether an idle worker is to be woken, after the mutex is released. One at a time is on its
  // way, and calls the next when it finds more to do: a worker that comes back for its next task is quicker than one
  // that has to be woken, which then wakes for nothing.
  bool callOne() {
    if (called > 0 || idle == 0 || queue.empty()) return false;
    called = 1;
    return true;
  }

  void work() {
    std::unique_lock lock(mutex);
    workers.insert(::gettid());
    for (;;) {
      if (queue.empty() && !stopping) {
        ++idle;
        ready.wait(lock, [this] { return stopping || called > 0; });
        --idle;
        called = 0;
        if (queue.empty() && !stopping) continue;
      }
      if (queue.empty()) break;
      Task task = std::move(queue.front());
      queue.pop_front();
      ++taken;
      const bool call = callOne();
      lock.unlock();
      if (call) ready.notify_one();
      try {
        task();
        task = nullptr;
      } catch (const Abandoned&) {
        task = nullptr;
        lock.lock();
        --abandoned;
        break;
      }
      lock.lock();
    }
    workers.erase(::gettid());
    --alive;
    ended.notify_all();
  }

  // With the mutex held. On a busy machine a worker may get no core for a while: that is not blocked. With as many
  // computing as there are cores, a further one would gain nothing.
  bool coreFree() const {
    static const auto cores = std::max(1u, std::thread::hardware_concurrency());
    return std::count_if(workers.begin(), workers.end(), isRunnable) < static_cast<std::ptrdiff_t>(cores);
  }

  void supervise() {
    constexpr auto kPatience = std::chrono::milliseconds(1);
    constexpr int kStalls = 50;  // Plugins that compute without end must not starve the rest: after so long there is
                                 // one more worker anyhow.
    int stalls = 0;
    std::unique_lock lock(mutex);
    while (!stopping) {
      supervisor_wake.wait(lock, [this] { return stopping || watched; });
      while (!stopping && !queue.empty() && alive < max_threads + abandoned) {
        const auto before = taken;
        supervisor_wake.wait_for(lock, kPatience, [this] { return stopping; });
        stalls = idle == 0 && taken == before ? stalls + 1 : 0;
        if (stopping || stalls == 0) continue;
        // By half at a time, so that a short stall, for example of a disk, does not cost hundreds of threads.
        if (coreFree()) {
          grow(std::min(queue.size(), std::max<std::size_t>(1, alive / 2)));
        } else if (stalls >= kStalls) {
          grow(1);
          stalls = 0;
        }
      }
      watched = false;
    }
  }
};

TaskPool::TaskPool(std::size_t max_threads) : state_(std::make_shared<State>(std::max<std::size_t>(max_threads, 2))) {
  {
    const std::lock_guard lock(state_->mutex);
    state_->grow(std::max(2u, std::thread::hardware_concurrency()));
  }
  supervisor_ = std::thread([state = state_] { state->supervise(); });
}

void TaskPool::stop() {
  std::deque<Task> left;  // Destroyed without the lock.
  {
    std::unique_lock lock(state_->mutex);
    state_->stopping = true;
    state_->ready.notify_all();
    state_->supervisor_wake.notify_all();
    // One task may still submit another while any worker is left.
    state_->ended.wait(lock, [this] { return state_->alive <= state_->abandoned; });
    state_->stopped = true;
    left.swap(state_->queue);
  }
  if (supervisor_.joinable()) supervisor_.join();
}

void TaskPool::submit(Task task) {
  const auto state = state_;  // The task may end the pool before this function does.
  std::unique_lock lock(state->mutex);
  if (state->stopped) return;
  state->queue.push_back(std::move(task));
  const bool call = state->callOne();
  // With more tasks than idle workers all may come to be blocked: the supervisor looks.
  const bool watch = !state->watched && state->queue.size() > state->idle;
  state->watched = state->watched || watch;
  lock.unlock();  // Or whoever is woken would wait for it at once.
  if (call) state->ready.notify_one();
  if (watch) state->supervisor_wake.notify_one();
}

void TaskPool::submitUrgent(Task task) {
  const std::lock_guard lock(state_->mutex);
  if (state_->stopped) return;
  ++state_->alive;
  std::thread([state = state_, task = std::move(task)]() mutable {
    task();
    task = nullptr;
    const std::lock_guard guard(state->mutex);
    --state->alive;
    state->ended.notify_all();
  }).detach();
}

void TaskPool::abandonOne() {
  const std::lock_guard lock(state_->mutex);
  ++state_->abandoned;
  if (!state_->stopping) state_->grow(1);  // In its place.
  state_->ended.notify_all();
}

std::size_t TaskPool::abandoned() const {
  const std::lock_guard lock(state_->mutex);
  return state_->abandoned;
}

std::size_t TaskPool::threads() const {
  const std::lock_guard lock(state_->mutex);
  return state_->alive;
}

}  // namespace troupe::pipeline
