#include "loader/validator.hpp"

#include "loader/checks.hpp"
#include "loader/probe.hpp"
#include "loader/scratch_folder.hpp"
#include "support/json_text.hpp"

namespace troupe::loader {
namespace {

namespace fs = std::filesystem;

CheckResult inChild(const char* name, const fs::path& file, const fs::path& program) {
  const ScratchFolder scratch;
  const auto child = runChild({program.string(), "plugins", "probe", "--check", name, fs::absolute(file).string()},
                              scratch.path(), kProbeLimit);
  CheckResult result;
  std::vector<Problem> ignored;
  const auto line = parseJson(child.output, ignored);
  const auto member = [&](const char* key) {
    const auto it = line->FindMember(key);
    return it != line->MemberEnd() && it->value.IsString()
               ? std::string(it->value.GetString(), it->value.GetStringLength())
               : "";
  };
  if (child.exit_code == 0 && line && line->IsObject()) {
    const auto outcome = member("result");
    result.outcome = outcome == "ok"        ? CheckResult::Outcome::ok
                     : outcome == "skipped" ? CheckResult::Outcome::skipped
                                            : CheckResult::Outcome::failed;
    result.fact = member("fact");
    result.repair = member("repair");
  } else {
    result = failed(child.describe(kProbeLimit));
    if (const auto said = lastLine(child.stderr_tail); !said.empty())
      result.fact += ", after " + troupe::quoted(said, 200);
  }
  result.name = name;
  return result;
}

}  // namespace

std::string_view toString(CheckResult::Outcome outcome) {
  switch (outcome) {
    case CheckResult::Outcome::ok:
      return "ok";
    case CheckResult::Outcome::failed:
      return "failed";
    case CheckResult::Outcome::skipped:
      return "skipped";
  }
  return "";
}

std::string toLine(const CheckResult& result) {
  rapidjson::Document json(rapidjson::kObjectType);
  auto& memory = json.GetAllocator();
  const auto add = [&](const char* name, std::string_view value) {
    json.AddMember(rapidjson::Value(name, memory), rapidjson::Value(std::string(value), memory), memory);
  };
  add("name", result.name);
  add("result", toString(result.outcome));
  if (!result.fact.empty()) add("fact", result.fact);
  if (!result.repair.empty()) add("repair", result.repair);
  return toJson(json);
}

std::vector<std::string> checkNames() {
  std::vector<std::string> names;
  for (const auto& check : fileChecks()) names.emplace_back(check.name);
  for (const auto& check : loadChecks()) names.emplace_back(check.name);
  return names;
}

std::vector<CheckResult> validate(const fs::path& file, const fs::path& program, std::string_view filter) {
  auto results = runFileChecks(file, filter);
  for (const auto& check : loadChecks())
    if (std::string_view(check.name).find(filter) != std::string_view::npos)
      results.push_back(inChild(check.name, file, program));
  return results;
}

}  // namespace troupe::loader
