#include <condition_variable>
#include <mutex>
#include <thread>

#include "bad.h"

static int create(const troupe_host*, troupe_str, troupe_call*, void**) {
  static std::mutex mutex;
  static std::condition_variable never;
  std::thread([] {
    std::unique_lock lock(mutex);
    never.wait(lock, [] { return false; });
  }).detach();
  return TROUPE_OK;
}
static const troupe_node node = NODE(create);
MODULE(NULL, NULL)
