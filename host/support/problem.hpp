#pragma once

#include <stdexcept>
#include <string>
#include <vector>

namespace troupe {

/// One mistake in something that a user wrote: where, what is the case, what would repair it.
struct Problem {
  std::string place;   ///< a JSON pointer, or a path; empty for the whole
  int line = 0;        ///< 1-based; 0 when there is no text to point at
  int column = 0;      ///< 1-based, in code points
  std::string fact;    ///< what is the case: "unknown node type \"troupe.selector.bset\""
  std::string repair;  ///< what to do: "did you mean \"troupe.selector.best\"?"; may be empty
};

/// "pipeline.json:12:5: /nodes/vote/type: unknown node type …; did you mean …?"
std::string format(const std::string& file, const Problem& problem);

/// What every command ends with; documented in docs/commands.md.
enum class ExitCode {
  complete = 0,
  internal = 1,
  usage = 2,
  invalid_pipeline = 3,
  all_failed = 4,
  paused = 5,
  journal = 6,
  plugin_unusable = 7,
  cancelled = 8,
};

/// An error that ends a command with a sentence for the user.
class Failure : public std::runtime_error {
 public:
  Failure(ExitCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
  ExitCode code() const noexcept { return code_; }

 private:
  ExitCode code_;
};

/// Mistakes in a file, all at once.
class Problems : public Failure {
 public:
  Problems(ExitCode code, const std::string& file, std::vector<Problem> problems);
  const std::vector<Problem>& problems() const noexcept { return problems_; }

 private:
  std::vector<Problem> problems_;
};

}  // namespace troupe
