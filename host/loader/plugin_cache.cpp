#include "loader/plugin_cache.hpp"

#include <fcntl.h>
#include <rapidjson/document.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <system_error>

#include "support/json_text.hpp"
#include "support/problem.hpp"
#include "support/sha256.hpp"
#include "troupe_install.h"

namespace troupe::loader {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const std::string& message) { throw Failure(ExitCode::plugin_unusable, message); }

std::string reasonOf(int error) { return std::generic_category().message(error); }

// A name beside `target` that no other thread or process uses.
fs::path beside(const fs::path& target) {
  static std::atomic<unsigned> counter{0};
  return target.string() + "." + std::to_string(::getpid()) + "-" + std::to_string(counter++) + ".new";
}

void makeFolder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error)
    fail("cannot make the plugin cache " + folder.string() + ": " + error.message() +
         "; set XDG_CACHE_HOME to a folder that can be written");
}

std::string readAll(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

std::uint64_t number(const rapidjson::Value& object, const char* name) {
  const auto it = object.FindMember(name);
  return it != object.MemberEnd() && it->value.IsUint64() ? it->value.GetUint64() : 0;
}

std::string text(const rapidjson::Value& object, const char* name) {
  const auto it = object.FindMember(name);
  return it != object.MemberEnd() && it->value.IsString()
             ? std::string(it->value.GetString(), it->value.GetStringLength())
             : "";
}

std::optional<Quarantine> readRecord(const fs::path& file) {
  std::vector<Problem> ignored;
  const auto json = parseJson(readAll(file), ignored);
  if (!json || !json->IsObject()) return std::nullopt;
  Quarantine q;
  q.sha256 = text(*json, "sha256");
  q.identity = {number(*json, "size"), static_cast<std::int64_t>(number(*json, "mtime_ns")), number(*json, "inode")};
  q.reason = text(*json, "reason");
  q.record = file;
  return q;
}

}  // namespace

std::optional<FileIdentity> FileIdentity::of(const fs::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  return FileIdentity{static_cast<std::uint64_t>(status.st_size),
                      static_cast<std::int64_t>(status.st_mtim.tv_sec) * 1'000'000'000 + status.st_mtim.tv_nsec,
                      static_cast<std::uint64_t>(status.st_ino)};
}

PluginCache::PluginCache(fs::path folder, const fs::path& program)
    : folder_(std::move(folder)), build_(TROUPE_VERSION) {
  if (const auto id = FileIdentity::of(program))
    build_ += "-" + sha256(std::to_string(id->size) + ":" + std::to_string(id->mtime_ns)).substr(0, 12);
}

PluginCache::Copy PluginCache::keep(const fs::path& file) const {
  makeFolder(folder_);
  std::error_code ignored;
  Copy copy;
  try {
    copy.sha256 = sha256File(file);
    copy.path = folder_ / (copy.sha256 + ".troupe");
    if (fs::file_size(copy.path, ignored) == fs::file_size(file) && sha256File(copy.path) == copy.sha256) return copy;
  } catch (const std::system_error& e) {
    if (copy.sha256.empty()) fail(file.string() + ": cannot be read: " + e.code().message());
  }
  // What is hashed below is the copy, so a file that changes meanwhile is noticed.
  const auto fresh = beside(copy.path);
  std::error_code error;
  fs::copy_file(file, fresh, fs::copy_options::overwrite_existing, error);
  if (!error) fs::permissions(fresh, fs::perms::owner_read | fs::perms::owner_write, error);
  std::string problem = error ? error.message() : "";
  try {
    if (problem.empty() && sha256File(fresh) != copy.sha256) problem = "it changed while it was copied; try again";
  } catch (const std::system_error& e) {
    problem = e.code().message();
  }
  if (problem.empty() && ::rename(fresh.c_str(), copy.path.c_str()) != 0) problem = reasonOf(errno);
  if (!problem.empty()) {
    fs::remove(fresh, ignored);
    fail(file.string() + ": no private copy could be made in " + folder_.string() + ": " + problem);
  }
  return copy;
}

fs::path PluginCache::record(const char* folder, const std::string& sha256) const {
  return folder_ / folder / (sha256 + "-" + build_ + ".json");
}

bool PluginCache::probed(const std::string& sha256) const {
  std::error_code ignored;
  return fs::exists(record("probed", sha256), ignored);
}

void PluginCache::rememberProbed(const std::string& sha256) const { write(record("probed", sha256), "{}\n"); }

std::optional<Quarantine> PluginCache::quarantined(const std::string& sha256) const {
  return readRecord(record("quarantine", sha256));
}

std::vector<Quarantine> PluginCache::quarantines() const {
  std::vector<Quarantine> out;
  std::error_code error;
  const auto ending = "-" + build_ + ".json";
  for (fs::directory_iterator it(folder_ / "quarantine", error), end; !error && it != end; it.increment(error)) {
    const auto name = it->path().filename().string();
    if (name.size() <= ending.size() || name.compare(name.size() - ending.size(), ending.size(), ending) != 0) continue;
    if (auto found = readRecord(it->path())) out.push_back(std::move(*found));
  }
  return out;
}

Quarantine PluginCache::quarantine(const std::string& sha256, const fs::path& file, const std::string& reason,
                                   const std::string& stderr_tail) const {
  Quarantine q{sha256, FileIdentity::of(file).value_or(FileIdentity{}), reason, record("quarantine", sha256)};
  rapidjson::Document json(rapidjson::kObjectType);
  auto& memory = json.GetAllocator();
  const auto add = [&](const char* name, const std::string& value) {
    json.AddMember(rapidjson::Value(name, memory), rapidjson::Value(value, memory), memory);
  };
  add("sha256", sha256);
  add("path", file.string());
  json.AddMember("size", q.identity.size, memory);
  json.AddMember("mtime_ns", static_cast<std::uint64_t>(q.identity.mtime_ns), memory);
  json.AddMember("inode", q.identity.inode, memory);
  add("reason", reason);
  add("stderr", stderr_tail);
  write(q.record, toJson(json) + "\n");
  return q;
}

// A result that cannot be written down is found out again next time.
void PluginCache::write(const fs::path& file, const std::string& content) const {
  std::error_code ignored;
  fs::create_directories(file.parent_path(), ignored);
  const auto fresh = beside(file);
  bool written = false;
  {
    std::ofstream out(fresh, std::ios::binary);
    out << content;
    out.close();
    written = static_cast<bool>(out);
  }
  if (!written || ::rename(fresh.c_str(), file.c_str()) != 0) fs::remove(fresh, ignored);
}

}  // namespace troupe::loader
