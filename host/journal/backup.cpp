#include "journal/backup.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace troupe::journal {
namespace {

void sync(const std::filesystem::path& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const bool synced = file >= 0 && ::fsync(file) == 0;
  const int error = errno;
  if (file >= 0) ::close(file);
  if (!synced) throw std::system_error(error, std::generic_category(), "cannot sync " + path.string());
}

}  // namespace

void copyDatabase(sqlite::Connection& from, const std::filesystem::path& to) {
  const auto partial = to.string() + ".partial";
  std::filesystem::remove(partial);
  try {
    from.execute("VACUUM INTO ?", partial);
    // SQLite does not sync what VACUUM INTO writes.
    sync(partial);
    std::filesystem::rename(partial, to);
    sync(std::filesystem::absolute(to).parent_path());
  } catch (...) {
    std::error_code ignored;
    std::filesystem::remove(partial, ignored);
    throw;
  }
}

}  // namespace troupe::journal
