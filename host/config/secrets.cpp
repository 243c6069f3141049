#include "config/secrets.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <utility>

#include "config/json_text.hpp"
#include "config/json_value.hpp"
#include "config/report.hpp"
#include "config/text_file.hpp"
#include "support/json_schema.hpp"
#include "support/paths.hpp"

namespace troupe::config {
namespace {

constexpr std::size_t kMaxFileBytes = std::size_t{1} << 20;

constexpr std::string_view kSchema = R"json({
  "type": "object",
  "additionalProperties": {
    "format": "troupe-secret",
    "anyOf": [
      { "type": "string", "minLength": 1, "format": "troupe-secret" },
      { "type": "object", "additionalProperties": false, "required": ["value"],
        "properties": {
          "value": { "type": "string", "minLength": 1, "format": "troupe-secret" },
          "hosts": { "type": "array", "items": { "type": "string", "minLength": 1 } }
        } }
    ]
  }
})json";

bool isLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

}  // namespace

bool Secrets::isName(std::string_view name) {
  return !name.empty() && name.size() <= 128 && isLetter(name[0]) && std::all_of(name.begin(), name.end(), [](char c) {
    return isLetter(c) || (c >= '0' && c <= '9') || c == '.' || c == '-';
  });
}

std::filesystem::path Secrets::defaultFile() { return paths::config() / "secrets.json"; }

Secrets::Secrets(const std::filesystem::path& file, bool environment) : file_(file), environment_(environment) {
  read();
}

void Secrets::read() {
  struct stat status {};
  if (::stat(file_.c_str(), &status) != 0 && (errno == ENOENT || errno == ENOTDIR)) return;
  if ((status.st_mode & 077) != 0) {
    char mode[8];
    std::snprintf(mode, sizeof mode, "%04o", static_cast<unsigned>(status.st_mode & 07777));
    problems_.push_back({"", 0, 0, std::string("others may read or change it: its mode is ") + mode,
                         "run: chmod 600 " + file_.string()});
    return;
  }
  if (status.st_uid != ::geteuid() && ::geteuid() != 0) {
    problems_.push_back({"", 0, 0, "it belongs to another user", "make one of your own"});
    return;
  }
  auto text = readTextFile(file_, kMaxFileBytes, problems_);
  if (!text) return;
  const auto json = JsonText::parse(std::move(*text), problems_);
  if (!json) return;
  std::vector<Problem> broken_schema;
  const auto schema = JsonSchema::compile(kSchema, broken_schema);
  if (!schema) throw std::logic_error("the schema of the secrets file: " + broken_schema.at(0).fact);
  Report report(*json);
  report.add(schema->check(json->document()));
  for (auto& problem : report.take()) problems_.push_back(std::move(problem));
  if (!problems_.empty()) return;
  for (const auto& entry : json->document().GetObject()) {
    Secret secret;
    secret.value = entry.value.IsString() ? textOf(entry.value) : textMember(entry.value, "value");
    if (const auto* hosts = member(entry.value, "hosts"))
      for (const auto& host : hosts->GetArray()) secret.hosts.emplace_back(textOf(host));
    entries_.emplace(textOf(entry.name), std::move(secret));
  }
}

std::optional<Secret> Secrets::find(const std::string& name) const {
  const auto entry = entries_.find(name);
  const char* variable = environment_ && isName(name) ? std::getenv(name.c_str()) : nullptr;
  const bool in_environment = variable != nullptr && *variable != '\0';
  if (entry == entries_.end() && !in_environment) return {};
  Secret secret;
  if (entry != entries_.end()) secret = entry->second;
  if (in_environment) secret.value = variable;
  return secret;
}

std::vector<std::string> Secrets::names() const {
  std::vector<std::string> all;
  for (const auto& [name, secret] : entries_) all.push_back(name);
  return all;
}

}  // namespace troupe::config
