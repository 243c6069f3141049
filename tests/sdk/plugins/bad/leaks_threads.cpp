#include <condition_variable>
#include <mutex>
#include <thread>

#include "bad.h"

static int create(const troupe_host*, troupe_str, troupe_call*, void**) {
  // Never destroyed, so that the end of the process does not wait for the threads.
  static auto& mutex = *new std::mutex;
  static auto& never = *new std::condition_variable;
  std::thread([] {
    std::unique_lock lock(mutex);
    never.wait(lock, [] { return false; });
  }).detach();
  return TROUPE_OK;
}
static const troupe_node node = NODE(create);
MODULE(NULL, NULL)
