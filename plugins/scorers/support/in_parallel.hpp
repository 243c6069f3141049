#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <functional>
#include <thread>
#include <vector>

namespace troupe::judging {

/// Does `work(0)` to `work(count - 1)`, several at once, and returns when all are done. It must not throw.
inline void inParallel(std::size_t count, const std::function<void(std::size_t)>& work) {
  constexpr std::size_t kAtOnce = 8;  // Of one call; the host bounds them all together.
  std::atomic<std::size_t> next{0};
  const auto take = [&] {
    for (auto i = next.fetch_add(1); i < count; i = next.fetch_add(1)) work(i);
  };
  std::vector<std::thread> threads;
  for (std::size_t i = 1; i < std::min(count, kAtOnce); ++i) {
    try {
      threads.emplace_back(take);
    } catch (const std::exception&) {
      break;  // Those that are there do it.
    }
  }
  take();
  for (auto& thread : threads) thread.join();
}

}  // namespace troupe::judging
