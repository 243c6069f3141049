#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "journal/rows.hpp"

namespace troupe::pipeline {

/// The answers that models have given about one sample: none is asked for twice. [any thread]
class ModelAnswers {
 public:
  void put(const journal::ModelCallKey& key, std::string answer) {
    const std::lock_guard lock(mutex_);
    answers_[nameOf(key)] = std::move(answer);
  }
  std::optional<std::string> find(const journal::ModelCallKey& key) const {
    const std::lock_guard lock(mutex_);
    const auto found = answers_.find(nameOf(key));
    return found == answers_.end() ? std::nullopt : std::optional(found->second);
  }

 private:
  // Names of nodes have no line breaks.
  static std::string nameOf(const journal::ModelCallKey& key) {
    return key.caller + '\n' + key.about + '\n' + key.node + '\n' + key.request_hash + '\n' + std::to_string(key.nth);
  }

  mutable std::mutex mutex_;  // Guards all below.
  std::map<std::string, std::string> answers_;
};

}  // namespace troupe::pipeline
