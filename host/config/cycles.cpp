#include <algorithm>
#include <deque>

#include "config/edges.hpp"
#include "support/json_text.hpp"

namespace troupe::config {
namespace {

/// For each node those that wait for it: by an edge, or because they call it.
using Followers = std::vector<std::vector<std::size_t>>;

Followers followersOf(const Drafts& drafts) {
  Followers followers(drafts.nodes.size());
  const auto add = [&](const std::string& from, std::size_t to) {
    const auto found = drafts.index.find(from);
    if (found != drafts.index.end()) followers[found->second].push_back(to);
  };
  for (std::size_t i = 0; i < drafts.nodes.size(); ++i) {
    const auto& node = drafts.nodes[i].node;
    if (!node.enabled) continue;
    for (const auto& from : drafts.nodes[i].upstream) add(from, i);
    for (const auto& [role, players] : node.models)
      for (const auto& player : players) add(player, i);
    if (!node.fallback.empty()) add(node.fallback, i);
  }
  return followers;
}

/// The shortest way from a node back to itself, which stands at both ends; empty when there is none.
std::vector<std::size_t> shortestCycle(const Followers& followers, std::size_t start) {
  const auto none = followers.size();
  std::vector<std::size_t> before(followers.size(), none);
  std::deque<std::size_t> queue{start};
  while (!queue.empty()) {
    const auto at = queue.front();
    queue.pop_front();
    for (const auto next : followers[at]) {
      if (next == start) {
        std::vector<std::size_t> way{start};
        for (auto i = at; i != start; i = before[i]) way.push_back(i);
        way.push_back(start);
        std::reverse(way.begin(), way.end());
        return way;
      }
      if (before[next] != none) continue;
      before[next] = at;
      queue.push_back(next);
    }
  }
  return {};
}

}  // namespace

void checkCycles(const Drafts& drafts, Report& report) {
  const auto followers = followersOf(drafts);
  std::vector<bool> reported(drafts.nodes.size(), false);
  for (std::size_t i = 0; i < drafts.nodes.size(); ++i) {
    if (reported[i]) continue;
    const auto way = shortestCycle(followers, i);
    if (std::any_of(way.begin(), way.end(), [&](std::size_t node) { return reported[node]; })) continue;
    if (way.empty()) continue;
    std::string text;
    for (const auto node : way) {
      reported[node] = true;
      text += (text.empty() ? "" : " -> ") + troupe::quoted(drafts.nodes[node].node.name);
    }
    report.add("/nodes", "cycle: " + text,
               "only a delayed reference, {\"from\": NODE, \"lag\": N}, may point backwards");
  }
}

}  // namespace troupe::config
