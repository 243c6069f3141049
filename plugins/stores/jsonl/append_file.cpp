#include "append_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <thread>
#include <vector>

namespace troupe::jsonl_store {
namespace {

Error cannotOpen(const std::string& path, int system_error) {
  namespace fs = std::filesystem;
  std::error_code ec;
  const fs::path folder = fs::absolute(path, ec).parent_path();
  std::string why = std::strerror(system_error);
  if (system_error == ENOENT)
    why = "the folder \"" + folder.string() + "\" does not exist; create it, or change \"path\"";
  if (system_error == ENOTDIR) why = "\"" + folder.string() + "\" is a file, not a folder; change \"path\"";
  if (system_error == EISDIR) why = "it is a folder";
  if (system_error == EACCES) why += "; check the rights of the file and its folder";
  return {TROUPE_E_PERMANENT_REQUEST, path + ": " + why};
}

/// Makes the name of a new file as durable as what is in it.
void syncFolder(const std::string& path) {
  std::error_code ec;
  const auto folder = std::filesystem::absolute(path, ec).parent_path();
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  ::fsync(fd);
  ::close(fd);
}

}  // namespace

AppendFile::AppendFile(const std::string& path) : path_(path) {
  constexpr int kFlags = O_RDWR | O_APPEND | O_CLOEXEC | O_NONBLOCK;  // a FIFO must not block here
  fd_ = ::open(path.c_str(), kFlags | O_CREAT, 0666);
  if (fd_ < 0) throw cannotOpen(path, errno);
  struct stat status {};
  if (::fstat(fd_, &status) != 0 || !S_ISREG(status.st_mode)) {
    ::close(fd_);
    throw Error(TROUPE_E_PERMANENT_REQUEST, path + ": it is no regular file");
  }
  syncFolder(path);
}

AppendFile::~AppendFile() { ::close(fd_); }

AppendFile::Lock::Lock(const AppendFile& file, std::int64_t timeout_ms, const std::function<bool()>& give_up)
    : fd_(file.fd_) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout_ms);
  while (::flock(fd_, LOCK_EX | LOCK_NB) != 0) {
    const int system_error = errno;
    if (system_error == EINTR) continue;
    if (system_error != EWOULDBLOCK) throw file.failed("cannot be locked", system_error);
    if (give_up() || std::chrono::steady_clock::now() >= until)
      throw Error(TROUPE_E_OVERLOADED, file.path_ + ": another program has locked the file");
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

AppendFile::Lock::~Lock() { ::flock(fd_, LOCK_UN); }

bool AppendFile::replaced() const {
  struct stat mine {};
  struct stat named {};
  if (::fstat(fd_, &mine) != 0 || ::stat(path_.c_str(), &named) != 0) return true;
  return mine.st_dev != named.st_dev || mine.st_ino != named.st_ino;
}

std::uint64_t AppendFile::size() const {
  struct stat status {};
  if (::fstat(fd_, &status) != 0) throw failed("cannot be examined", errno);
  return static_cast<std::uint64_t>(status.st_size);
}

void AppendFile::read(std::uint64_t offset, const std::function<void(std::string_view piece)>& take) const {
  std::vector<char> buffer(256 * 1024);
  while (true) {
    const ssize_t n = ::pread(fd_, buffer.data(), buffer.size(), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw failed("cannot be read", errno);
    if (n == 0) return;
    take({buffer.data(), static_cast<std::size_t>(n)});
    offset += static_cast<std::uint64_t>(n);
  }
}

void AppendFile::append(std::string_view text) {
  const std::uint64_t before = size();
  while (!text.empty()) {
    const ssize_t n = ::write(fd_, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      const int system_error = errno;
      truncate(before);
      throw failed("the disk does not take it", system_error);
    }
    text.remove_prefix(static_cast<std::size_t>(n));
  }
}

void AppendFile::sync() {
  if (::fdatasync(fd_) != 0) throw failed("the disk does not take it", errno);
}

void AppendFile::truncate(std::uint64_t size) {
  if (::ftruncate(fd_, static_cast<off_t>(size)) != 0) throw failed("cannot be cut", errno);
}

Error AppendFile::failed(const std::string& what, int system_error) const {
  return {TROUPE_E_TRANSIENT, path_ + ": " + what + ": " + std::strerror(system_error)};
}

}  // namespace troupe::jsonl_store
