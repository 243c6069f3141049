#pragma once

#include <functional>
#include <initializer_list>
#include <mutex>
#include <string>
#include <string_view>
#include <variant>

namespace troupe::server {

/// What the server has to say, a line each: text, or JSON objects.
class ServerLog {
 public:
  enum class Level { debug, info, warning, error };
  struct Options {
    Level level = Level::info;
    bool json = false;
  };
  struct Field {
    std::string_view name;
    std::variant<std::string, double> value;
  };

  /// `sink` is given whole lines with their LF, one at a time; null: standard error.
  explicit ServerLog(Options options, std::function<void(std::string_view)> sink = nullptr);

  /// Control characters and bytes that are no UTF-8 are made visible: a line stays a line. [any thread]
  void write(Level level, std::string_view message, std::initializer_list<Field> fields = {});
  bool shows(Level level) const { return level >= options_.level; }

  /// "debug" and so on; anything else is info.
  static Level levelFrom(std::string_view name);

 private:
  const Options options_;
  const std::function<void(std::string_view)> sink_;
  std::mutex mutex_;  // A line at a time.
};

}  // namespace troupe::server
