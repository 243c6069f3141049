#pragma once

#include <string>
#include <string_view>

#include "layout.hpp"

namespace troupe::console {

/// A file descriptor that may be a terminal, a pipe, a file or nothing. What cannot be written is dropped: output never
/// fails the run and raises no signal. Does not own the descriptor. Not for use from several threads at once.
class Output {
 public:
  explicit Output(int fd) : fd_(fd) {}

  bool isTerminal() const;
  struct Size {
    int width = 80;
    int height = 24;
  };
  /// As the terminal says now; 80 x 24 when it does not.
  Size size() const;
  /// Whether a write would not block. A terminal that was stopped with Ctrl-S would hold the writer for ever.
  bool writable(int wait_ms) const;
  /// False when not all of it went out.
  bool write(std::string_view data);

 private:
  const int fd_;
  bool gone_ = false;  // the reader has left: not tried again
};

/// A panel that is redrawn in place. Each frame is one write that leaves the terminal as it found it: the cursor is
/// shown, at the start of the line below the panel, with no colour set. So an interrupted program, even one that was
/// killed, leaves nothing to repair.
class Screen {
 public:
  explicit Screen(Output& output) : output_(output) {}

  /// Draws over the frame before. After a resize the terminal has moved the old lines in a way of its own, so the
  /// screen is cleared once.
  void draw(const Frame& frame, Output::Size size);
  /// Lines that stay: the next frame begins below them.
  void print(const Frame& frame);

 private:
  Output& output_;
  int drawn_ = 0;  // lines of the frame before
  Output::Size size_;
  bool torn_ = false;  // a frame went out in part
};

}  // namespace troupe::console
