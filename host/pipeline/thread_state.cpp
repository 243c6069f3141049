#include "pipeline/thread_state.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <string>
#include <string_view>

namespace troupe::pipeline {

bool isRunnable(pid_t thread) {
  const auto path = "/proc/self/task/" + std::to_string(thread) + "/stat";
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  char buffer[256];
  const auto size = ::read(file, buffer, sizeof buffer);
  ::close(file);
  if (size <= 0) return false;
  // "tid (name) S …": the name may hold anything, so from its last parenthesis.
  const std::string_view text(buffer, static_cast<std::size_t>(size));
  const auto end = text.rfind(')');
  return end != std::string_view::npos && end + 2 < text.size() && text[end + 2] == 'R';
}

}  // namespace troupe::pipeline
