#pragma once

#include <chrono>
#include <functional>
#include <string>

#include <troupe/troupe.hpp>

#include "layout.hpp"
#include "state.hpp"
#include "terminal.hpp"

namespace troupe::console {

enum class Mode { kTerminal, kPipe, kOff };

/// `mode` auto|tty|pipe|off; `term` is TERM: a terminal that cannot move its cursor is written to like a pipe.
Mode modeOf(std::string_view mode, bool is_terminal, std::string_view term);

/// The variables that decide how a terminal is written to; empty when not set.
struct Environment {
  std::string term;
  std::string colorterm;
  std::string no_color;
  std::string locale;  // LC_ALL, else LC_CTYPE, else LANG
  static Environment ofProcess();
};

/// `color` auto|always|never. NO_COLOR (when not empty) turns auto off, and so does an output that is no terminal.
Style styleOf(std::string_view color, bool is_terminal, const Environment& environment);

/// The lines that an event adds to output that is no terminal, without the closing report.
std::string pipeLines(const Object& event, const State& state);

/// Events into a panel or into lines. Not for use from several threads at once.
class Console {
 public:
  using Clock = std::function<std::chrono::nanoseconds()>;  // never goes back

  Console(int fd, Mode mode, Style style, Clock clock);
  Console(const Console&) = delete;
  Console& operator=(const Console&) = delete;
  /// Draws what the limit of frames per second has kept back.
  ~Console();

  void handle(const Object& event);

 private:
  void draw(bool now);
  void finish();

  Output output_;
  const Mode mode_;
  const Style style_;
  const Clock clock_;
  Screen screen_{output_};
  State state_;
  bool dirty_ = false;
  bool drawn_ = false;     // at least one frame
  bool finished_ = false;  // the report is out
  std::chrono::nanoseconds drawn_at_{0};
};

}  // namespace troupe::console
