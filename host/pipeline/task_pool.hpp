#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <thread>

namespace troupe::pipeline {

/// Worker threads for work that may block. It begins with as many as there are cores and grows when every worker is
/// blocked, which shows as: tasks wait, none has been taken for a millisecond, and a core is free. Workers that compute
/// make it grow only slowly, so that plugins which never end do not starve the rest.
class TaskPool {
 public:
  using Task = std::function<void()>;

  explicit TaskPool(std::size_t max_threads);
  ~TaskPool() { stop(); }
  TaskPool(const TaskPool&) = delete;
  TaskPool& operator=(const TaskPool&) = delete;

  /// Queues a task, first in, first out. Dropped once stop() has returned. [any thread]
  void submit(Task task);
  /// Runs what is queued, then ends the workers; those that were abandoned are not waited for.
  void stop();
  /// Runs a task on a thread of its own, also when every worker is blocked: for what unblocks them. [any thread]
  void submitUrgent(Task task);
  /// Thrown by a task on a worker that has been abandoned, in place of returning: unwinds what is left of the task and
  /// ends the thread, which has no part in the pool any more. No std::exception, so that nobody takes it for an error.
  struct Abandoned {};
  /// Gives up on a worker that does not return from a plugin: another takes its place, and nobody waits for it any
  /// more. Should it come back after all, its task throws Abandoned. [any thread]
  void abandonOne();
  /// Workers given up that have not come back. When there are any, the process must end without running static
  /// destructors.
  std::size_t abandoned() const;
  std::size_t threads() const;

 private:
  struct State;
  std::shared_ptr<State> state_;  // Shared with the workers, since an abandoned one may outlive the pool.
  std::thread supervisor_;
};

}  // namespace troupe::pipeline
