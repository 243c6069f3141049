#include "input_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace troupe::file_prompts {

InputFile::InputFile(const std::string& path) : path_(path) {
  fd_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);  // a FIFO must not block here
  if (fd_ < 0) throw Error(TROUPE_E_PERMANENT_REQUEST, path + ": cannot be opened: " + std::strerror(errno));
  struct stat status {};
  if (::fstat(fd_, &status) != 0 || !S_ISREG(status.st_mode)) {
    ::close(fd_);
    throw Error(TROUPE_E_PERMANENT_REQUEST, path + ": it is no regular file");
  }
  size_ = static_cast<std::uint64_t>(status.st_size);
  changed_s_ = status.st_mtim.tv_sec;
  changed_ns_ = status.st_mtim.tv_nsec;
}

InputFile::~InputFile() { ::close(fd_); }

std::size_t InputFile::read(std::uint64_t offset, char* buffer, std::size_t size) const {
  while (true) {
    const ssize_t n = ::pread(fd_, buffer, size, static_cast<off_t>(offset));
    if (n >= 0) return static_cast<std::size_t>(n);
    if (errno != EINTR) throw Error(TROUPE_E_TRANSIENT, path_ + ": cannot be read: " + std::strerror(errno));
  }
}

void InputFile::throwIfChanged() const {
  struct stat status {};
  if (::fstat(fd_, &status) == 0 && static_cast<std::uint64_t>(status.st_size) == size_ &&
      status.st_mtim.tv_sec == changed_s_ && status.st_mtim.tv_nsec == changed_ns_)
    return;
  throw Error(
      TROUPE_E_PERMANENT_REQUEST,
      path_ + ": the file has changed since the run began; start again to read it anew, and let it rest meanwhile");
}

}  // namespace troupe::file_prompts
