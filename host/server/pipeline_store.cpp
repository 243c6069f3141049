#include "server/pipeline_store.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "config/json_text.hpp"
#include "support/near_name.hpp"
#include "support/problem.hpp"
#include "support/sha256.hpp"

namespace troupe::server {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMost = 1000;
constexpr const char* kTemporary = ".saving";

/// An open file; closed with it.
class File {
 public:
  File(const fs::path& path, int flags, mode_t mode = 0)
      : file_(::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, mode)) {}
  ~File() {
    if (file_ >= 0) ::close(file_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  bool open() const { return file_ >= 0; }
  int get() const { return file_; }

 private:
  int file_;
};

[[noreturn]] void fail(const fs::path& path, const std::string& what) {
  throw Failure(ExitCode::journal, path.filename().string() + " cannot be " + what + ": " + std::strerror(errno));
}

std::int64_t milliseconds(const struct timespec& time) {
  return static_cast<std::int64_t>(time.tv_sec) * 1000 + time.tv_nsec / 1'000'000;
}

void writeAll(int file, const fs::path& path, std::string_view text) {
  while (!text.empty()) {
    const auto n = ::write(file, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail(path, "written");
    text.remove_prefix(static_cast<std::size_t>(n));
  }
}

void syncFolder(const fs::path& folder) {
  const int file = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0) return;
  ::fsync(file);
  ::close(file);
}

}  // namespace

std::string etagOf(std::string_view text) { return "\"" + sha256(text) + "\""; }

PipelineStore::PipelineStore(fs::path folder) : folder_(std::move(folder)) {
  std::error_code error;
  fs::create_directories(folder_, error);
  if (error) throw Failure(ExitCode::journal, "the folder " + folder_.string() + " cannot be made: " + error.message());
  fs::remove(folder_ / kTemporary, error);  // Of a crash.
}

bool PipelineStore::isName(std::string_view name) {
  return !name.empty() && name.size() <= 100 && name[0] != '.' && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
           c == '-';
  });
}

std::vector<PipelineStore::Entry> PipelineStore::list() const {
  std::vector<Entry> entries;
  std::error_code error;
  for (fs::directory_iterator file(folder_, error), end; !error && file != end; file.increment(error)) {
    struct stat status {};
    const auto name = file->path().filename().string();
    if (isName(name) && ::lstat(file->path().c_str(), &status) == 0 && S_ISREG(status.st_mode))
      entries.push_back({name, static_cast<std::uintmax_t>(status.st_size), milliseconds(status.st_mtim)});
  }
  std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  if (entries.size() > kMost) entries.resize(kMost);
  return entries;
}

std::optional<PipelineStore::Stored> PipelineStore::read(const std::string& name) const {
  if (!isName(name)) return std::nullopt;
  const auto path = folder_ / name;
  const File file(path, O_RDONLY);
  struct stat status {};
  if (!file.open()) {
    if (errno == ENOENT || errno == ELOOP) return std::nullopt;
    fail(path, "read");
  }
  if (::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  if (static_cast<std::uintmax_t>(status.st_size) > config::kMaxBytes)
    throw Failure(ExitCode::journal,
                  name + " has " + std::to_string(status.st_size) + " bytes; at most 16 MiB are read");
  std::string text(static_cast<std::size_t>(status.st_size), '\0');
  std::size_t got = 0;
  while (got < text.size()) {
    const auto n = ::read(file.get(), text.data() + got, text.size() - got);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail(path, "read");
    if (n == 0) break;
    got += static_cast<std::size_t>(n);
  }
  text.resize(got);
  auto etag = etagOf(text);
  return Stored{std::move(text), std::move(etag)};
}

std::string PipelineStore::suggestion(const std::string& name) const {
  std::vector<std::string> names;
  for (auto& entry : list()) names.push_back(std::move(entry.name));
  return names.empty() ? "none is stored yet" : suggest(name, names, "stored");
}

bool PipelineStore::Condition::holds(const std::optional<Stored>& stored) const {
  if (must_be_absent) return !stored;
  return stored && (may_be_any || std::find(etags.begin(), etags.end(), stored->etag) != etags.end());
}

PipelineStore::Change PipelineStore::write(const std::string& name, const std::string& text,
                                           const Condition& condition) {
  const std::lock_guard lock(mutex_);
  const auto before = read(name);
  if (!condition.holds(before)) return Change::refused;
  const auto path = folder_ / name, temporary = folder_ / kTemporary;
  struct stat status {};
  if (!before && ::lstat(path.c_str(), &status) == 0)
    throw Failure(ExitCode::usage, name + " is there, but no plain file");
  const File file(temporary, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (!file.open()) fail(path, "written");
  writeAll(file.get(), path, text);
  if (::fsync(file.get()) != 0 || ::rename(temporary.c_str(), path.c_str()) != 0) {
    const auto error = errno;
    ::unlink(temporary.c_str());
    errno = error;
    fail(path, "written");
  }
  syncFolder(folder_);
  return before ? Change::replaced : Change::made;
}

PipelineStore::Change PipelineStore::remove(const std::string& name, const Condition& condition) {
  const std::lock_guard lock(mutex_);
  if (!condition.holds(read(name))) return Change::refused;
  const auto path = folder_ / name;
  if (::unlink(path.c_str()) != 0) fail(path, "deleted");
  syncFolder(folder_);
  return Change::made;
}

}  // namespace troupe::server
