#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <thread>

namespace troupe::pipeline {

/// Worker threads for work that may block. It begins with as many as there are cores and grows when every worker is blocked, which shows as:
/// tasks wait and none has been taken for a millisecond. Busy workers alone never make it grow.
class TaskPool {
 public:
  using Task = std::function<void()>;

  explicit TaskPool(std::size_t max_threads);
  ~TaskPool() { stop(); }
  TaskPool(const TaskPool&) = delete;
  TaskPool& operator=(const TaskPool&) = delete;

  /// Queues a task, first in, first out. [any thread]
  void submit(Task task);
  /// Runs what is queued, then ends the workers; those that were abandoned are not waited for. What is submitted later is dropped.
  void stop();
  /// Gives up on a worker that never returns from a plugin: it is neither counted nor waited for any more. [any thread]
  void abandonOne();
  /// Workers given up so far. When there are any, the process must end without running static destructors.
  std::size_t abandoned() const;
  std::size_t threads() const;

 private:
  struct State;
  std::shared_ptr<State> state_;  // Shared with the workers, since an abandoned one may outlive the pool.
  std::thread supervisor_;
};

}  // namespace troupe::pipeline
