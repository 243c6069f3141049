#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <troupe/troupe.hpp>

namespace troupe::jsonl_store {

enum class Shape { kFull, kText, kMessages };

/// Names a sample among all runs.
struct Key {
  std::string run;
  std::int64_t index = 0;
};

/// One line of the file, with its line feed.
struct Line {
  Key key;
  std::string text;

  /// The line of a sample; throws troupe::Error when it has no winner. `run` and `index` come first in every shape.
  static Line of(const Object& sample, Shape shape);
};

/// The key of a line (without its line feed), or nothing when it is no complete JSON object with `run` and `index`.
std::optional<Key> keyOf(std::string_view line);

}  // namespace troupe::jsonl_store
