#include "config/secrets_file.hpp"

#include <fcntl.h>
#include <rapidjson/document.h>
#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <functional>

#include "config/json_text.hpp"
#include "config/secrets.hpp"
#include "config/text_file.hpp"
#include "support/problem.hpp"
#include "support/replaced_file.hpp"

namespace troupe::config {
namespace {

using rapidjson::Value;

// One writer at a time: the folder is locked, since the file itself is replaced.
class FolderLock {
 public:
  explicit FolderLock(const std::filesystem::path& folder)
      : folder_(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
    if (folder_ < 0 || ::flock(folder_, LOCK_EX) != 0)
      throw Failure(ExitCode::usage, folder.string() + ": " + std::strerror(errno));
  }
  ~FolderLock() { ::close(folder_); }
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  const int folder_;
};

void makeFolder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw Failure(ExitCode::usage, folder.string() + " cannot be made: " + error.message());
}

// The entries as they are; throws when the file is not to be trusted or makes no sense.
rapidjson::Document entriesOf(const std::filesystem::path& file) {
  const Secrets known(file);
  if (!known.problems().empty()) {
    const auto& problem = known.problems().front();
    auto text = file.string() + ": ";
    if (problem.line > 0) text += std::to_string(problem.line) + ":" + std::to_string(problem.column) + ": ";
    throw Failure(ExitCode::usage, text + problem.fact + (problem.repair.empty() ? "" : "; " + problem.repair));
  }
  rapidjson::Document entries(rapidjson::kObjectType);
  if (!std::filesystem::exists(file)) return entries;
  std::vector<Problem> problems;
  auto text = readTextFile(file, std::size_t{1} << 20, problems);
  const auto json = text ? JsonText::parse(std::move(*text), problems) : std::nullopt;
  if (!json) throw Failure(ExitCode::usage, file.string() + " cannot be read");
  rapidjson::StringBuffer buffer;  // Through text: the strings of a copy would be those of the reader.
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  json->document().Accept(writer);
  entries.Parse(buffer.GetString(), buffer.GetSize());
  return entries;
}

void change(const std::filesystem::path& file, const std::function<void(rapidjson::Document&)>& edit) {
  makeFolder(file.parent_path());
  const FolderLock lock(file.parent_path());
  auto entries = entriesOf(file);
  edit(entries);
  rapidjson::StringBuffer buffer;
  rapidjson::PrettyWriter<rapidjson::StringBuffer> writer(buffer);
  writer.SetIndent(' ', 2);
  entries.Accept(writer);
  // Nobody may read it at any moment: made with these rights where it is new.
  if (const int made = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600); made >= 0) {
    if (::write(made, "{}\n", 3) != 3) throw Failure(ExitCode::journal, file.string() + ": " + std::strerror(errno));
    ::close(made);
  }
  ReplacedFile replaced(file);
  replaced.out() << buffer.GetString() << '\n';
  replaced.finish();
  replaced.commit();
}

}  // namespace

std::vector<std::string> keepSecret(const std::filesystem::path& file, const std::string& name,
                                    const std::string& value, const std::optional<std::vector<std::string>>& hosts) {
  std::vector<std::string> bound;
  change(file, [&](rapidjson::Document& entries) {
    auto& allocator = entries.GetAllocator();
    const auto text = [&](const std::string& s) {
      return Value(s.data(), static_cast<rapidjson::SizeType>(s.size()), allocator);
    };
    if (hosts) bound = *hosts;
    if (const auto old = entries.FindMember(name.c_str()); old != entries.MemberEnd()) {
      if (!hosts && old->value.IsObject() && old->value.HasMember("hosts"))
        for (const auto& host : old->value["hosts"].GetArray()) bound.emplace_back(host.GetString());
      entries.EraseMember(old);
    }
    Value entry(rapidjson::kObjectType);
    entry.AddMember("value", text(value), allocator);
    if (!bound.empty()) {
      Value list(rapidjson::kArrayType);
      for (const auto& host : bound) list.PushBack(text(host), allocator);
      entry.AddMember("hosts", list, allocator);
    }
    entries.AddMember(text(name), entry, allocator);
  });
  return bound;
}

bool removeSecret(const std::filesystem::path& file, const std::string& name) {
  if (!std::filesystem::exists(file)) return false;
  bool there = false;
  change(file, [&](rapidjson::Document& entries) { there = entries.EraseMember(name.c_str()); });
  return there;
}

std::optional<std::string> notAHost(std::string_view host) {
  const auto name = host.substr(0, 2) == "*." ? host.substr(2) : host;
  if (name.empty() || name.size() > 253) return "it is empty or too long";
  for (const char c : name) {
    const bool fine = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
                      c == '-' || c == ':' || c == '[' || c == ']';
    if (!fine) return std::string("\"") + c + "\" is no part of a host's name; write it without scheme and path";
  }
  return std::nullopt;
}

}  // namespace troupe::config
