#include "config/option_check.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "config/json_value.hpp"
#include "config/option_marks.hpp"
#include "services/http/url.hpp"
#include "support/json_text.hpp"

namespace troupe::config {

namespace fs = std::filesystem;
using rapidjson::Value;

struct OptionCheck::Schema {
  rapidjson::Document document;
  JsonSchema compiled;
};

/// The options of one node while they are checked.
struct OptionCheck::Task {
  Draft& draft;
  rapidjson::Document options;
  std::map<std::string, OptionMark> marks;
  std::vector<Secret> secrets;  ///< that it names, of a confined pipeline
};

OptionCheck::OptionCheck(fs::path base, bool environment, Report& report, std::optional<Confinement> confinement,
                         fs::path secrets)
    : base_(fs::absolute(base.empty() ? fs::path(".") : std::move(base))),
      environment_(environment),
      report_(report),
      confinement_(std::move(confinement)),
      secrets_file_(confinement_      ? confinement_->secrets
                    : secrets.empty() ? Secrets::defaultFile()
                                      : std::move(secrets)) {}

OptionCheck::~OptionCheck() = default;

const OptionCheck::Schema* OptionCheck::schemaOf(const loader::NodeType& type, const Draft& draft) {
  const auto [entry, is_new] = schemas_.try_emplace(&type);
  if (!is_new) return entry->second.get();
  std::vector<Problem> problems;
  auto compiled = JsonSchema::compile(type.options_schema, problems);
  auto document = parseJson(type.options_schema, problems);
  if (compiled && document)
    entry->second = std::make_unique<Schema>(Schema{std::move(*document), *compiled});
  else
    report_.add(draft.pointer + "/type", "the options schema of " + type.id + " cannot be read: " + problems.at(0).fact,
                "tell the plugin's author");
  return entry->second.get();
}

void OptionCheck::check(Draft& draft) {
  if (draft.node.info == nullptr) return;
  const auto* schema = schemaOf(*draft.node.info, draft);
  const auto* given = member(*draft.json, "options");
  if (schema == nullptr || (given != nullptr && !given->IsObject())) return;

  const auto pointer = draft.pointer + "/options";
  Task task{draft, {}, {}, {}};
  if (given != nullptr)
    task.options.CopyFrom(*given, task.options.GetAllocator());
  else
    task.options.SetObject();
  schema->compiled.fillDefaults(task.options, task.options.GetAllocator());
  task.marks = markedOptions(schema->document, task.options, pointer);

  const auto before = report_.size();
  readSecrets(task);
  refuseStrayReferences(task, task.options, pointer);
  report_.add(schema->compiled.check(task.options, pointer));
  draft.options_sound = report_.size() == before;
  if (draft.options_sound) readPaths(task);
  if (confinement_ && draft.node.enabled) confineUrls(task);
  draft.node.options = toJson(task.options);
}

void OptionCheck::readSecrets(Task& task) {
  for (auto& [pointer, mark] : task.marks)
    if (mark.secret) readSecret(task, pointer, *mark.value, mark.only_secret);
}

void OptionCheck::readSecret(Task& task, const std::string& pointer, Value& value, bool only_secret) {
  std::string name;
  if (value.IsObject()) {
    name = textMember(value, "secret");
    if (value.MemberCount() != 1 || !Secrets::isName(name)) {
      report_.add(pointer, "this names no secret",
                  R"(write {"secret": "NAME"}, a name of letters, digits, "_", "." and "-")");
      name.clear();
    } else if (confinement_ && task.draft.node.enabled) {
      if (auto secret = confinedSecret(name, pointer)) task.secrets.push_back(std::move(*secret));
    } else if (environment_ && secrets_needed_ && task.draft.node.enabled) {
      checkSecret(name, pointer);
    }
  } else if (only_secret && value.IsString() && value.GetStringLength() > 0) {
    report_.add(pointer, "a secret must not stand in the file",
                R"(write {"secret": "NAME"} and set NAME in the environment or in the secrets file)");
  } else {
    return;
  }
  const auto text = "${secret:" + (name.empty() ? "NAME" : name) + "}";
  value.SetString(text.data(), static_cast<rapidjson::SizeType>(text.size()), task.options.GetAllocator());
}

const Secrets* OptionCheck::secretsFor(const std::string& pointer) {
  if (!secrets_) {
    secrets_.emplace(secrets_file_);
    for (const auto& problem : secrets_->problems())
      report_.add(
          pointer,
          "the secrets file cannot be used: " +
              format(secrets_->file().string(), {problem.place, problem.line, problem.column, problem.fact, ""}),
          problem.repair);
  }
  return secrets_->problems().empty() ? &*secrets_ : nullptr;
}

void OptionCheck::checkSecret(const std::string& name, const std::string& pointer) {
  const auto* secrets = secretsFor(pointer);
  if (secrets != nullptr && !secrets->find(name))
    report_.add(pointer, "the secret " + troupe::quoted(name) + " is not set",
                "set the environment variable " + name + ", or add it to " + secrets->file().string());
}

// Not from the environment, which holds what was never meant for others' pipelines; and never to hosts of their choice.
std::optional<Secret> OptionCheck::confinedSecret(const std::string& name, const std::string& pointer) {
  const auto* secrets = secretsFor(pointer);
  if (secrets == nullptr) return std::nullopt;
  const auto names = secrets->names();
  if (std::find(names.begin(), names.end(), name) == names.end()) {
    report_.add(pointer, "the server's secrets file has no secret " + troupe::quoted(name),
                "whoever runs the server can add it");
    return std::nullopt;
  }
  auto secret = secrets->find(name);
  if (!secret->hosts.empty()) return secret;
  report_.add(
      pointer,
      "the secret " + troupe::quoted(name) + " is bound to no host, so it is not for pipelines that are sent here",
      "whoever runs the server can give it \"hosts\" in the secrets file");
  return std::nullopt;
}

void OptionCheck::confineUrls(const Task& task) {
  for (const auto& [pointer, mark] : task.marks) {
    if (!mark.url || !mark.value->IsString() || mark.value->GetStringLength() == 0) continue;
    const auto text = textOf(*mark.value);
    if (text.substr(0, 9) == "${secret:") continue;
    const auto url = hostOf(text);
    if (!url) {
      report_.add(pointer, "the host of this address cannot be made out", "write it as https://host/path, in ASCII");
      continue;
    }
    const auto& allowed = confinement_->hosts;
    const bool listed = std::find(allowed.begin(), allowed.end(), url->host) != allowed.end() ||
                        std::find(allowed.begin(), allowed.end(), url->host + ':' + url->port) != allowed.end();
    if (isPrivateHost(url->host) && !listed)
      report_.add(pointer,
                  troupe::quoted(url->host) + " is a private address, which pipelines that are sent here may not use",
                  "whoever runs the server can list it under \"private_hosts\"");
    if (!task.secrets.empty() && std::none_of(task.secrets.begin(), task.secrets.end(),
                                              [&](const Secret& secret) { return isBoundTo(secret, url->host); }))
      report_.add(pointer, "no secret of this node is bound to the host " + troupe::quoted(url->host),
                  "name a host that the secret is for");
  }
}

// A plugin passes text on to the host's services, which would put the secret's value in wherever its reference stands.
void OptionCheck::refuseStrayReferences(const Task& task, const Value& value, const std::string& pointer) {
  if (value.IsString()) {
    const auto mark = task.marks.find(pointer);
    if (textOf(value).find("${secret:") != std::string_view::npos && (mark == task.marks.end() || !mark->second.secret))
      report_.add(pointer, "this option takes no secret", R"(leave "${secret:" out of the text)");
  } else if (value.IsArray()) {
    for (rapidjson::SizeType i = 0; i < value.Size(); ++i)
      refuseStrayReferences(task, value[i], pointerTo(pointer, std::to_string(i)));
  } else if (value.IsObject()) {
    for (const auto& entry : value.GetObject())
      refuseStrayReferences(task, entry.value, pointerTo(pointer, textOf(entry.name)));
  }
}

void OptionCheck::readPaths(Task& task) {
  for (auto& [pointer, mark] : task.marks) {
    if (!mark.value->IsString() || mark.value->GetStringLength() == 0) continue;
    const auto text = std::string(textOf(*mark.value));
    if (mark.url && text.rfind("http://", 0) != 0 && text.rfind("https://", 0) != 0 && text.rfind("${secret:", 0) != 0)
      report_.add(pointer, troupe::quoted(text) + " is no address", "it begins with http:// or https://");
    if (auto host = mark.url ? services::urlHost(text) : std::string(); !host.empty())
      task.draft.node.hosts.push_back(std::move(host));
    if (!mark.path) continue;
    if (text.find('\0') != std::string::npos) {
      report_.add(pointer, "a path must not hold the character U+0000");
      continue;
    }
    const auto path = (base_ / text).lexically_normal();
    mark.value->SetString(path.c_str(), static_cast<rapidjson::SizeType>(path.native().size()),
                          task.options.GetAllocator());
    if (!task.draft.node.enabled) continue;
    if (confinement_ && !liesBelow(path, confinement_->root)) {
      report_.add(pointer, troupe::quoted(text) + " leads out of the server's data folder", "name a path below it");
      continue;
    }
    if (mark.written) task.draft.written.push_back({path, pointer});
    if (environment_) checkFile(path, mark.written, pointer);
  }
}

void OptionCheck::checkFile(const fs::path& path, bool written, const std::string& pointer) {
  const auto reason = [] { return std::generic_category().message(errno); };
  const auto is_there = [](const fs::path& at) { return ::access(at.c_str(), F_OK) == 0; };
  std::error_code ignored;
  if (!written) {
    if (::access(path.c_str(), R_OK) != 0) report_.add(pointer, path.string() + " cannot be read: " + reason());
    return;
  }
  const auto folder = path.parent_path();
  if (fs::is_directory(path, ignored))
    report_.add(pointer, path.string() + " is a folder", "name a file");
  else if (is_there(path) && ::access(path.c_str(), W_OK) != 0)
    report_.add(pointer, path.string() + " cannot be written: " + reason());
  else if (!fs::is_directory(folder, ignored))
    report_.add(pointer, "there is no folder " + folder.string(), "make it, or name another path");
  else if (!is_there(path) && ::access(folder.c_str(), W_OK | X_OK) != 0)
    report_.add(pointer, "nothing can be written in " + folder.string() + ": " + reason());
}

}  // namespace troupe::config
