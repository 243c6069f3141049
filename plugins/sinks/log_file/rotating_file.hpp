#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace troupe::log_file {

/// A log that never fails its writer. Each line is one write(2) with O_APPEND, so lines of several programs do not mix.
/// A line that cannot be written (full disk, size limit) is counted; the next one that can be is preceded by a line
/// that says how many are missing. A file that was moved or deleted meanwhile is opened anew. Not for use from several
/// threads at once.
class RotatingFile {
 public:
  struct Settings {
    std::string path;
    std::uint64_t most_bytes = 0;             // rotates before a line that would exceed this; 0: never
    int keep = 3;                             // path.1 (the youngest) to path.<keep>
    bool append = true;                       // false: the first line empties the file
    std::chrono::nanoseconds check_every{0};  // how often to look whether the file was moved; 0: before each line
  };
  /// `warn` is told once per outage why lines are lost.
  RotatingFile(Settings settings, std::function<void(const std::string&)> warn);
  RotatingFile(const RotatingFile&) = delete;
  RotatingFile& operator=(const RotatingFile&) = delete;
  ~RotatingFile();

  /// Why a log could not be written there at all (no such folder, no permission), or "". Touches nothing.
  static std::string refusal(const std::string& path);

  /// Writes lines, each ended by '\n', all in one write. `stamp` ("[3:45:23 PM] ") begins the line about missing ones.
  void write(std::string_view lines, std::string_view stamp);
  /// Writes the line about missing ones if any are and there is room. [before the end]
  void flush(std::string_view stamp);

  std::uint64_t lost() const { return lost_; }  // lines, in the present outage
  /// The last `most` bytes of the file as it is now.
  std::string tail(std::size_t most) const;

 private:
  bool ready(std::size_t bytes);
  bool open();
  void rotate();
  void close();
  bool put(std::string_view data);
  void lose(std::string_view lines, int error);

  const Settings settings_;
  const std::function<void(const std::string&)> warn_;
  int fd_ = -1;
  dev_t device_ = 0;
  ino_t inode_ = 0;
  std::uint64_t size_ = 0;  // as far as known
  std::chrono::steady_clock::time_point checked_;
  bool emptied_ = false;  // append == false has been done
  bool torn_ = false;     // the file ends inside a line
  std::uint64_t lost_ = 0;
  std::string why_;  // of the present outage
};

}  // namespace troupe::log_file
