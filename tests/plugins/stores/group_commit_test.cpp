#include "support/group_commit.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <atomic>
#include <numeric>
#include <thread>
#include <vector>

using troupe::stores::GroupCommit;

TEST_CASE("callers that wait together are committed together, each once and by one leader", "[store][group_commit]") {
  constexpr std::size_t kCallers = 16;
  struct Item {
    int commits = 0;
  };
  std::vector<std::size_t> sizes;
  std::atomic<int> leaders{0};
  std::atomic<bool> alone{true};
  GroupCommit<Item>* self = nullptr;
  GroupCommit<Item> groups(
      [&](const std::vector<Item*>& group) {
        if (++leaders != 1) alone = false;
        sizes.push_back(group.size());
        for (auto* item : group) ++item->commits;
        // The first group takes until all others wait.
        while (sizes.size() == 1 && self->waiting() < kCallers - sizes.front()) std::this_thread::yield();
        --leaders;
      },
      5);
  self = &groups;
  std::vector<Item> items(kCallers);
  std::vector<std::thread> pool;
  for (auto& item : items) pool.emplace_back([&groups, &item] { groups.submit(item); });
  for (auto& thread : pool) thread.join();
  CHECK(alone);
  for (const auto& item : items) CHECK(item.commits == 1);
  CHECK(*std::max_element(sizes.begin(), sizes.end()) == 5);
  CHECK(std::accumulate(sizes.begin(), sizes.end(), std::size_t{0}) == kCallers);
  CHECK(sizes.size() <= 5);
}
