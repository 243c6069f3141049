#include "journal/lock_file.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "support/problem.hpp"

namespace troupe::journal {
namespace {

// "process 1234 (troupe run stories.json)"; the owner may not have written it yet.
struct Owner {
  pid_t pid = 0;
  std::string name = "another process";
};
Owner owner(int file) {
  std::array<char, 512> content{};
  const auto length = ::pread(file, content.data(), content.size(), 0);
  std::string text(content.data(), length > 0 ? static_cast<std::size_t>(length) : 0);
  while (!text.empty() && text.back() == '\n') text.pop_back();
  const auto space = std::min(text.find(' '), text.size());
  if (space == 0 || text.find_first_not_of("0123456789") < space) return {};
  std::string name = "process " + text.substr(0, space);
  if (space + 1 < text.size()) name += " (" + text.substr(space + 1) + ")";
  return {static_cast<pid_t>(std::atol(text.c_str())), name};
}

}  // namespace

std::string lockOwner(const std::filesystem::path& journal) {
  const int file = ::open((journal.string() + ".lock").c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return {};
  const auto [pid, name] = owner(file);
  ::close(file);
  const bool alive = pid > 0 && (::kill(pid, 0) == 0 || errno == EPERM);
  return alive ? name : "";
}

LockFile::LockFile(const std::filesystem::path& journal, std::string_view command) {
  const auto path = journal.string() + ".lock";
  const auto fail = [&](const std::string& why) {
    const auto message = "the journal " + journal.string() + " " + why;
    if (file_ >= 0) ::close(file_);
    throw Failure(ExitCode::journal, message);
  };
  file_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (file_ < 0) {
    fail("cannot be written: " + path + ": " + std::strerror(errno) +
         "; make its folder writable, or name another file with --journal");
  }
  while (::flock(file_, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EINTR) continue;
    if (errno == EWOULDBLOCK) {
      fail("is in use by " + owner(file_).name + "; wait until it has ended, or name another file with --journal");
    }
    fail("cannot be locked: " + std::string(std::strerror(errno)) + "; put it on a local disk with --journal");
  }
  std::string content = std::to_string(::getpid()) + " ";
  for (const char c : command.substr(0, 400)) content += c == '\n' ? ' ' : c;
  content += '\n';
  // Only for the message to a second writer: a full disk shows soon enough where it matters.
  if (::ftruncate(file_, 0) != 0 || ::pwrite(file_, content.data(), content.size(), 0) < 0) return;
}

LockFile::~LockFile() {
  if (::ftruncate(file_, 0) != 0) {
    // What stays is overwritten by the next owner.
  }
  ::close(file_);
}

}  // namespace troupe::journal
