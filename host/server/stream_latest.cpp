#include "server/stream_latest.hpp"

#include <cstddef>

namespace troupe::server {
namespace {

constexpr std::size_t kMaxKeys = 1024;

}  // namespace

void StreamLatest::put(StreamFrame frame, Time now) {
  auto& version = versions_[{frame.run, frame.key}];
  if (version != 0) slots_.erase(version);
  version = ++newest_;
  slots_.emplace(version, Slot{std::move(frame), version, now});
  if (slots_.size() <= kMaxKeys) return;
  const auto& oldest = slots_.begin()->second.frame;
  versions_.erase({oldest.run, oldest.key});
  slots_.erase(slots_.begin());
}

void StreamLatest::forget(journal::RunKey run) {
  const auto begin = versions_.lower_bound({run, ""});
  auto end = begin;
  for (; end != versions_.end() && end->first.first == run; ++end) slots_.erase(end->second);
  versions_.erase(begin, end);
}

void StreamLatest::expire(Time time) {
  while (!slots_.empty() && slots_.begin()->second.came < time) {
    const auto& oldest = slots_.begin()->second.frame;
    versions_.erase({oldest.run, oldest.key});
    slots_.erase(slots_.begin());
  }
}

void StreamLatest::release(Time now) {
  released_ = newest_;
  released_at_ = now;
}

const StreamLatest::Slot* StreamLatest::after(std::uint64_t version) const {
  const auto found = slots_.upper_bound(version);
  return found == slots_.end() || found->first > released_ ? nullptr : &found->second;
}

}  // namespace troupe::server
