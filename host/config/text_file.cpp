#include "config/text_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

namespace troupe::config {
namespace {

/// Closes a file descriptor at the end of its scope.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

}  // namespace

std::optional<std::string> readTextFile(const std::filesystem::path& file, std::size_t limit,
                                        std::vector<Problem>& problems) {
  const auto refuse = [&](std::string fact, std::string repair = {}) {
    problems.push_back({"", 0, 0, std::move(fact), std::move(repair)});
    return std::nullopt;
  };
  const auto cannot = [&](int error) { return refuse("cannot be read: " + std::generic_category().message(error)); };
  const auto tooLarge = [&](const std::string& size) {
    return refuse("the file has " + size + " bytes; at most " + std::to_string(limit) + " are read");
  };

  const Descriptor descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (descriptor.get() < 0) return cannot(errno);
  struct stat status {};
  if (::fstat(descriptor.get(), &status) != 0) return cannot(errno);
  if (S_ISDIR(status.st_mode)) return refuse("is a folder", "name a file");
  if (S_ISREG(status.st_mode) && static_cast<std::size_t>(status.st_size) > limit)
    return tooLarge(std::to_string(status.st_size));

  std::string text;
  std::string block(std::size_t{1} << 16, '\0');
  while (true) {
    const auto count = ::read(descriptor.get(), block.data(), block.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return cannot(errno);
    if (count == 0) return text;
    text.append(block, 0, static_cast<std::size_t>(count));
    if (text.size() > limit) return tooLarge("more than " + std::to_string(limit));
  }
}

}  // namespace troupe::config
