#include "rotating_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

#include "support/quiet_write.hpp"

namespace troupe::log_file {
namespace {

std::string folderOf(const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

std::string reason(int error) { return std::generic_category().message(error); }

}  // namespace

RotatingFile::RotatingFile(Settings settings, std::function<void(const std::string&)> warn)
    : settings_(std::move(settings)), warn_(std::move(warn)) {}

RotatingFile::~RotatingFile() { close(); }

std::string RotatingFile::refusal(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) == 0) {
    if (S_ISDIR(info.st_mode)) return path + " is a folder";
    return ::access(path.c_str(), W_OK) == 0 ? "" : "cannot write " + path + ": " + reason(errno);
  }
  if (errno != ENOENT) return "cannot write " + path + ": " + reason(errno);
  const std::string folder = folderOf(path);
  if (::access(folder.c_str(), W_OK | X_OK) == 0) return "";
  return "cannot write " + path + ": the folder " + folder + ": " + reason(errno);
}

void RotatingFile::write(std::string_view lines, std::string_view stamp) {
  if (!ready(lines.size())) {
    lose(lines, errno);
    return;
  }
  if (lost_ > 0) {
    flush(stamp);
    if (lost_ > 0) {
      lose(lines, errno);
      return;
    }
  }
  if (!put(lines)) lose(lines, errno);
}

void RotatingFile::flush(std::string_view stamp) {
  if (lost_ == 0 || !ready(0)) return;
  const std::string note = std::string(stamp) + std::to_string(lost_) + (lost_ == 1 ? " line is" : " lines are") +
                           " missing here: " + why_ + "\n";
  if (put(note)) lost_ = 0;
}

std::string RotatingFile::tail(std::size_t most) const {
  const int fd = ::open(settings_.path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return {};
  struct stat info {};
  std::string out;
  if (::fstat(fd, &info) == 0 && S_ISREG(info.st_mode)) {
    const auto size = static_cast<std::uint64_t>(info.st_size);
    const std::uint64_t from = size > most ? size - most : 0;
    out.resize(static_cast<std::size_t>(size - from));
    const ssize_t got = ::pread(fd, out.data(), out.size(), static_cast<off_t>(from));
    out.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  }
  ::close(fd);
  return out;
}

/// Sees to it that fd_ is the file at the path, with room for so many bytes before the next rotation.
bool RotatingFile::ready(std::size_t bytes) {
  const auto fits = [&] { return settings_.most_bytes == 0 || size_ == 0 || size_ + bytes <= settings_.most_bytes; };
  const auto now = std::chrono::steady_clock::now();
  if (fd_ >= 0 && now - checked_ < settings_.check_every && fits()) return true;
  checked_ = now;
  struct stat info {};
  if (fd_ >= 0 && (::stat(settings_.path.c_str(), &info) != 0 || info.st_ino != inode_ || info.st_dev != device_)) {
    close();
  } else if (fd_ >= 0) {
    size_ = static_cast<std::uint64_t>(info.st_size);  // others may write to it as well
  }
  if (fd_ < 0 && !open()) return false;
  if (fits()) return true;
  rotate();
  return open();
}

bool RotatingFile::open() {
  const bool empty = !settings_.append && !emptied_;
  fd_ = ::open(settings_.path.c_str(),
               O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | (empty ? O_TRUNC : 0), 0644);
  if (fd_ < 0) return false;
  emptied_ = true;
  struct stat info {};
  if (::fstat(fd_, &info) == 0) {
    device_ = info.st_dev;
    inode_ = info.st_ino;
    size_ = static_cast<std::uint64_t>(info.st_size);
  }
  // A program that was killed may have left half a line.
  const std::string last = S_ISREG(info.st_mode) ? tail(1) : std::string();
  torn_ = !last.empty() && last != "\n";
  return true;
}

void RotatingFile::rotate() {
  close();
  const auto numbered = [&](int i) { return i == 0 ? settings_.path : settings_.path + "." + std::to_string(i); };
  for (int i = settings_.keep; i >= 1; --i) std::rename(numbered(i - 1).c_str(), numbered(i).c_str());
  // A folder that forbids renaming: better a log over its size than none, so the file is opened again as it is.
}

void RotatingFile::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

/// One write; false, with errno, when not all of it went out.
bool RotatingFile::put(std::string_view data) {
  std::string whole;
  if (torn_) {
    whole.reserve(data.size() + 1);
    whole.push_back('\n');
    whole.append(data);
    data = whole;
  }
  const ssize_t written = sinks::quietWrite(fd_, data);
  if (written > 0) size_ += static_cast<std::uint64_t>(written);
  if (written == static_cast<ssize_t>(data.size())) {
    torn_ = false;
    return true;
  }
  if (written > 0) {
    torn_ = data[static_cast<std::size_t>(written) - 1] != '\n';
    errno = ENOSPC;  // a short write says no reason; it is the room
  }
  return false;
}

void RotatingFile::lose(std::string_view lines, int error) {
  const bool first = lost_ == 0;
  lost_ += static_cast<std::uint64_t>(std::count(lines.begin(), lines.end(), '\n'));
  why_ = reason(error);
  if (first)
    warn_("cannot write " + settings_.path + ": " + why_ +
          "; the run goes on, and the log will say how many lines are missing");
}

}  // namespace troupe::log_file
