#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::cli {

/// An option of a command: --name, or --name VALUE (also --name=VALUE).
struct OptionSpec {
  std::string name;
  std::string value;  ///< what the help calls its value; empty: a flag
  std::string help;
};

/// What was given on the command line, checked against the options that the command knows.
class Arguments {
 public:
  /// Throws Failure(usage) for an unknown option (with a near name), or one whose value is missing or not wanted.
  Arguments(const std::vector<std::string>& given, const std::vector<OptionSpec>& known);

  bool has(std::string_view name) const;
  /// The last value given, or the fallback.
  std::string get(std::string_view name, std::string_view fallback = {}) const;
  std::vector<std::string> all(std::string_view name) const;
  /// An integer within [low, high]; throws Failure(usage) otherwise.
  std::optional<std::int64_t> integer(std::string_view name, std::int64_t low, std::int64_t high) const;
  std::optional<double> number(std::string_view name) const;
  const std::vector<std::string>& positional() const { return positional_; }
  /// Throws Failure(usage) unless the number of positional arguments is within [low, high]; `usage` is shown.
  void expect(std::size_t low, std::size_t high, std::string_view usage) const;

 private:
  std::map<std::string, std::vector<std::string>, std::less<>> options_;
  std::vector<std::string> positional_;
};

}  // namespace troupe::cli
