#include <algorithm>
#include <ostream>

#include "cli/plugins_commands.hpp"
#include "loader/validator.hpp"
#include "support/json_text.hpp"
#include "support/near_name.hpp"
#include "support/paths.hpp"

namespace troupe::cli {
namespace {

using Outcome = loader::CheckResult::Outcome;

std::size_t count(const std::vector<loader::CheckResult>& results, Outcome outcome) {
  return static_cast<std::size_t>(
      std::count_if(results.begin(), results.end(), [&](const auto& r) { return r.outcome == outcome; }));
}

void print(const std::vector<loader::CheckResult>& results, std::ostream& out) {
  for (const auto& result : results) {
    out << toString(result.outcome) << ' ' << result.name;
    if (!result.fact.empty()) out << ": " << result.fact;
    if (!result.repair.empty()) out << "; " << result.repair;
    out << '\n';
  }
  out << results.size() << (results.size() == 1 ? " check: " : " checks: ") << count(results, Outcome::ok) << " ok, "
      << count(results, Outcome::failed) << " failed, " << count(results, Outcome::skipped) << " skipped\n";
}

void printJson(const std::filesystem::path& file, const std::vector<loader::CheckResult>& results, std::ostream& out) {
  rapidjson::Document document(rapidjson::kObjectType);
  auto& memory = document.GetAllocator();
  document.AddMember("file", rapidjson::Value(file.string(), memory), memory);
  document.AddMember("ok", count(results, Outcome::failed) == 0, memory);
  rapidjson::Value checks(rapidjson::kArrayType);
  for (const auto& result : results) {
    std::vector<Problem> none;
    if (const auto check = parseJson(toLine(result), none)) checks.PushBack(rapidjson::Value(*check, memory), memory);
  }
  document.AddMember("checks", checks, memory);
  out << toJson(document) << '\n';
}

}  // namespace

int pluginsValidate(const std::filesystem::path& file, const ValidateOptions& options, std::ostream& out) {
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored))
    throw Failure(ExitCode::usage, "there is no file " + troupe::quoted(file.string(), 500));
  const auto names = loader::checkNames();
  const auto wanted = [&](const std::string& name) { return name.find(options.filter) != std::string::npos; };
  if (std::none_of(names.begin(), names.end(), wanted))
    throw Failure(ExitCode::usage, "no check is called " + troupe::quoted(options.filter) + "; " +
                                       suggest(options.filter, names, "checks", names.size()));
  const auto results =
      loader::validate(file, options.program.empty() ? paths::program() : options.program, options.filter);
  if (options.json) {
    printJson(file, results, out);
  } else {
    print(results, out);
  }
  return static_cast<int>(count(results, Outcome::failed) == 0 ? ExitCode::complete : ExitCode::plugin_unusable);
}

}  // namespace troupe::cli
