#include "support/replaced_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <string>

#include "support/problem.hpp"

namespace troupe {
namespace fs = std::filesystem;
namespace {

constexpr int kMostLinks = 40;  // As many as the kernel follows.

// Short, so that a name of the greatest length can be written as well.
fs::path besideOf(const fs::path& path) {
  static std::atomic<unsigned> count{0};
  return path.parent_path() / (".troupe-" + std::to_string(::getpid()) + "-" + std::to_string(count++) + ".tmp");
}

void syncFolder(const fs::path& folder) {
  const int file = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0) return;
  ::fsync(file);
  ::close(file);
}

}  // namespace

ReplacedFile::ReplacedFile(const fs::path& path) : shown_(path), path_(path) {
  std::error_code error;
  // Also of a link that leads to nothing yet: the file is made there.
  for (int links = 0; links < kMostLinks && fs::is_symlink(path_, error); ++links)
    path_ = path_.parent_path() / fs::read_symlink(path_, error);
  struct stat status {};
  const bool there = ::stat(path_.c_str(), &status) == 0;
  if (there && S_ISDIR(status.st_mode)) {
    errno = EISDIR;
    fail();
  }
  if (there && !S_ISREG(status.st_mode)) {
    errno = 0;
    out_.open(path_, std::ios::binary);
    if (!out_) fail();
    return;
  }
  if (there && ::access(path_.c_str(), W_OK) != 0) fail();  // A file that may not be written is not replaced either.
  createBeside(there ? status.st_mode & 07777U : 0);
}

void ReplacedFile::createBeside(mode_t mode) {
  do {  // A name that is taken is of a process that was killed, and had the same number.
    temporary_ = besideOf(path_);
    file_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
  } while (file_ < 0 && errno == EEXIST);
  if (file_ >= 0 && mode != 0) ::fchmod(file_, mode);
  if (file_ >= 0) out_.open(temporary_, std::ios::binary);
  if (file_ >= 0 && out_) return;
  const auto reason = errno;
  if (file_ >= 0) {
    ::close(file_);
    ::unlink(temporary_.c_str());
  }
  errno = reason;
  fail();
}

ReplacedFile::~ReplacedFile() {
  if (file_ < 0) return;
  ::close(file_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void ReplacedFile::fail() const {
  const std::string reason =
      errno != 0 ? ": " + std::string(std::strerror(errno)) : ": not all of it was taken; is the disk full?";
  const std::string repair = errno == ENOSPC || errno == EDQUOT    ? "; make room, or write it elsewhere"
                             : errno == EACCES || errno == EPERM   ? "; choose a folder that you may write to"
                             : errno == ENOENT || errno == ENOTDIR ? "; make its folder first"
                                                                   : "";
  throw Failure(ExitCode::journal, "cannot write " + shown_.string() + reason + repair);
}

void ReplacedFile::finish() {
  if (out_) errno = 0;  // Else it tells why the last write has failed.
  out_.close();
  if (!out_) fail();
  if (file_ >= 0 && ::fsync(file_) != 0) fail();
}

void ReplacedFile::commit() {
  if (temporary_.empty()) return;
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) fail();
  temporary_.clear();
  syncFolder(path_.parent_path());
}

}  // namespace troupe
