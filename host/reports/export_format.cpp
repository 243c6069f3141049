#include "reports/export_format.hpp"

#include <algorithm>
#include <array>

#include "support/json_text.hpp"
#include "support/near_name.hpp"
#include "support/problem.hpp"

namespace troupe::reports {
namespace {

constexpr std::array kNames = {"jsonl", "csv", "canonical", "sft", "sft-prompt", "sharegpt", "dpo", "kto"};

}  // namespace

std::vector<std::string> exportFormats() { return {kNames.begin(), kNames.end()}; }

std::string nameOf(ExportFormat format) { return kNames.at(static_cast<std::size_t>(format)); }

ExportFormat exportFormat(std::string_view name) {
  const auto* found = std::find(kNames.begin(), kNames.end(), name);
  if (found != kNames.end()) return static_cast<ExportFormat>(found - kNames.begin());
  if (name == "parquet") {
    throw Failure(ExitCode::usage,
                  "Parquet is not written: Debian 12 has no library for it; export a data set as JSON Lines (sft, "
                  "sft-prompt, sharegpt, dpo, kto), which datasets.load_dataset(\"json\", data_files=…) opens and "
                  "to_parquet() turns into Parquet");
  }
  throw Failure(ExitCode::usage,
                "there is no export format " + troupe::quoted(name) + "; " + suggest(name, exportFormats(), "formats"));
}

}  // namespace troupe::reports
