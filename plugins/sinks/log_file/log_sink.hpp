#pragma once

#include <functional>
#include <set>
#include <string>

#include <troupe/event_lines.hpp>
#include "rotating_file.hpp"

namespace troupe::log_file {

using sinks::Level;

/// Events into lines into a file. The host delivers an event at least once: after a kill, the last ones may come again.
/// They are recognised by their lines, which are in the file's end already, and left out. Not for use from several
/// threads at once.
class LogSink {
 public:
  LogSink(RotatingFile::Settings settings, Level level, std::function<void(const std::string&)> warn);
  void handle(const Object& event);
  const RotatingFile& file() const { return file_; }

 private:
  bool alreadyWritten(const std::string& lines);

  const bool append_;
  const Level level_;
  RotatingFile file_;
  bool looked_ = false;           // at the end of the file
  std::set<std::string> before_;  // lines of an earlier process; emptied at the first new event
};

}  // namespace troupe::log_file
