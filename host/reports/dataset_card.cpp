#include "reports/dataset_card.hpp"

#include <algorithm>
#include <array>
#include <ctime>
#include <utility>

#include "support/json_text.hpp"
#include "support/number_text.hpp"

namespace troupe::reports {
namespace {

constexpr std::size_t kNamedDuplicates = 100;

using Cells = std::vector<std::string>;

/// Names that others have given, so that none of them can end its cell or its table.
std::string code(std::string_view text) {
  std::string out = "`";
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c == '`' ? '\'' : static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return text.empty() ? "-" : out + "`";
}

std::string table(const Cells& titles, const std::vector<Cells>& rows) {
  const auto line = [](const Cells& cells) {
    std::string text = "|";
    for (const auto& cell : cells) text += " " + cell + " |";
    return text + "\n";
  };
  std::string text = line(titles) + line(Cells(titles.size(), "---"));
  for (const auto& row : rows) text += line(row);
  return text;
}

std::string section(const std::string& title, const std::string& body) { return "\n## " + title + "\n\n" + body; }

std::string utc(std::int64_t unix_ms) {
  const std::time_t seconds = unix_ms / 1000;
  std::tm parts{};
  std::array<char, 32> buffer{};
  ::gmtime_r(&seconds, &parts);
  return {buffer.data(), std::strftime(buffer.data(), buffer.size(), "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

std::string number(double value) { return toJson(rapidjson::Value(value)); }

std::string orAny(const std::string& name) { return name.empty() ? "any" : code(name); }

std::string_view columnsOf(ExportFormat format) {
  switch (format) {
    case ExportFormat::sft:
      return "`messages`";
    case ExportFormat::sft_prompt:
      return "`prompt`, `completion`";
    case ExportFormat::sharegpt:
      return "`conversations`";
    case ExportFormat::dpo:
      return "`prompt`, `chosen`, `rejected`, `score_chosen`, `score_rejected`, `margin`";
    case ExportFormat::kto:
      return "`prompt`, `completion`, `label`";
    default:
      return "";
  }
}

std::string_view rowOf(ExportFormat format) {
  switch (format) {
    case ExportFormat::dpo:
      return "the best and the worst answer of a sample";
    case ExportFormat::kto:
      return "an answer";
    default:
      return "the winner of a sample";
  }
}

std::string source(const journal::Run& run) {
  return section("Source", table({"of the run", ""}, {{"run", code(run.id)},
                                                      {"state", run.state},
                                                      {"begun", utc(run.created_at)},
                                                      {"pipeline", code(run.pipeline_name)},
                                                      {"hash of the pipeline", code(run.pipeline_hash)},
                                                      {"seed", std::to_string(run.seed)}}));
}

std::string rules(const DatasetOptions& options) {
  const auto& filters = options.filters;
  std::vector<Cells> rows = {
      {"format", code(nameOf(options.format))},
      {"columns", std::string(columnsOf(options.format))},
      {"a row is", std::string(rowOf(options.format))},
      {"least quality of the winner", filters.min_quality ? number(*filters.min_quality) : "any"},
      {options.format == ExportFormat::dpo ? "least margin of the pair" : "least margin of the vote",
       filters.min_margin ? number(*filters.min_margin) : "any"},
      {"only what a store has saved", filters.saved_only ? "yes" : "no"},
      {"genre", orAny(filters.genre)},
      {"winner's model or node", orAny(filters.model)},
      {"without duplicates", options.without_duplicates ? "yes" : "no"},
      {"share of the prompts for validation, by their hash", options.validation ? number(*options.validation) : "none"},
  };
  if (options.format == ExportFormat::kto) rows.push_back({"label is true from quality", number(options.threshold)});
  return section("Rules", table({"rule", ""}, rows));
}

std::string counts(const DatasetOptions& options, const DatasetSummary& summary, const DatasetStatistics& statistics) {
  std::vector<Cells> rows = {{"settled samples", std::to_string(summary.samples)},
                             {"rows", std::to_string(summary.allRows())}};
  if (options.validation) {
    rows.push_back({"rows for training", std::to_string(summary.rows[0])});
    rows.push_back({"rows for validation", std::to_string(summary.rows[1])});
  }
  if (options.format == ExportFormat::kto) {
    rows.push_back({"rows with label true", std::to_string(statistics.good)});
    rows.push_back({"rows with label false", std::to_string(summary.allRows() - statistics.good)});
  }
  rows.push_back({"rows whose answer ended at a length limit", std::to_string(statistics.truncated)});
  for (std::size_t i = 0; i < kLeftOutReasons; ++i) {
    const auto reason = static_cast<LeftOut>(i);
    if (summary.left_out.of(reason) == 0) continue;
    rows.push_back({"left out: " + std::string(wordsFor(reason)), std::to_string(summary.left_out.of(reason))});
  }
  return section("Counts", table({"what", "count"}, rows));
}

std::string fileTable(const std::vector<DatasetFile>& files) {
  std::vector<Cells> rows;
  for (const auto& file : files)
    rows.push_back({code(file.name), std::to_string(file.rows), std::to_string(file.bytes), code(file.sha256)});
  return rows.empty() ? "" : section("Files", table({"file", "rows", "bytes", "sha256"}, rows));
}

std::string duplicates(const DatasetSummary& summary) {
  if (summary.duplicates.empty()) return "";
  std::vector<Cells> rows;
  const auto named = std::min(summary.duplicates.size(), kNamedDuplicates);
  for (std::size_t i = 0; i < named; ++i)
    rows.push_back({std::to_string(summary.duplicates[i].index), std::to_string(summary.duplicates[i].left_out)});
  std::string text = table({"kept sample", "left out"}, rows);
  if (named < summary.duplicates.size())
    text += "\nThe same of " + std::to_string(summary.duplicates.size() - named) + " more samples.\n";
  return section("Duplicates", text);
}

std::string distributions(const DatasetStatistics& statistics) {
  if (statistics.quality.count() == 0) return "";
  std::vector<std::pair<std::string, const Distribution*>> columns = {{"quality", &statistics.quality}};
  if (statistics.margin.count() != 0) columns.emplace_back("margin", &statistics.margin);
  std::vector<Cells> rows;
  const auto add = [&](const std::string& title, auto of) {
    Cells cells = {title};
    for (const auto& [name, distribution] : columns) cells.push_back(of(*distribution));
    rows.push_back(cells);
  };
  const auto shown = [](double (Distribution::*value)() const) {
    return [value](const Distribution& one) { return flooredText((one.*value)(), 2); };
  };
  add("least", shown(&Distribution::least));
  add("median", shown(&Distribution::median));
  add("mean", shown(&Distribution::mean));
  add("greatest", shown(&Distribution::greatest));
  for (std::size_t i = 0; i < 10; ++i) {
    const auto title = std::to_string(i) + (i < 9 ? " to below " : " to ") + std::to_string(i + 1);
    add(title, [i](const Distribution& one) { return std::to_string(one.buckets().at(i)); });
  }
  Cells titles = {"of the rows"};
  for (const auto& [name, distribution] : columns) titles.push_back(name);
  return section("Quality", table(titles, rows));
}

std::string genres(const DatasetStatistics& statistics) {
  std::vector<Cells> rows;
  for (const auto& [genre, count] : statistics.genres) rows.push_back({code(genre), std::to_string(count)});
  return rows.empty() ? "" : section("Genres", table({"genre", "rows"}, rows));
}

std::string pluginName(const journal::Journal& journal, journal::PluginKey key) {
  const auto plugin = journal.plugin(key);
  return plugin ? code(plugin->id) + " " + plugin->version : "unknown";
}

/// By name, not by the journal's keys: those depend on what else the journal has seen.
std::string models(const journal::Journal& journal, const DatasetOptions& options,
                   const DatasetStatistics& statistics) {
  std::vector<Cells> rows;
  const bool pairs = options.format == ExportFormat::dpo;
  for (const auto& [model, count] : statistics.models) {
    const auto& [name, node, plugin] = model;
    rows.push_back({code(name), code(node), pluginName(journal, plugin), std::to_string(count.learnt)});
    if (pairs) rows.back().push_back(std::to_string(count.rejected));
  }
  std::sort(rows.begin(), rows.end());
  Cells titles = {"model", "node", "provider", pairs ? "chosen" : "rows"};
  if (pairs) titles.emplace_back("rejected");
  return rows.empty() ? "" : section("Models", table(titles, rows));
}

std::string plugins(const journal::Journal& journal, const DatasetStatistics& statistics) {
  std::vector<Cells> rows;
  for (const auto& [key, samples] : statistics.plugins) {
    if (const auto plugin = journal.plugin(key))
      rows.push_back({code(plugin->id), plugin->version, code(plugin->sha256), std::to_string(samples)});
  }
  std::sort(rows.begin(), rows.end());
  return rows.empty() ? "" : section("Plugins", table({"plugin", "version", "sha256", "samples"}, rows));
}

std::string cost(const DatasetStatistics& statistics) {
  std::vector<Cells> rows;
  // What some calls do not tell is not nothing: the sum is then a least.
  const auto known = [](std::int64_t with, std::int64_t calls, const std::string& sum) {
    return with == 0 ? "unknown" : with < calls ? "at least " + sum : sum;
  };
  const auto add = [&](const std::string& title, const DatasetStatistics::Usage& usage) {
    rows.push_back({title, std::to_string(usage.calls), known(usage.counted, usage.calls, std::to_string(usage.input)),
                    known(usage.counted, usage.calls, std::to_string(usage.output)),
                    known(usage.priced, usage.calls, flooredText(usage.usd, 6))});
  };
  DatasetStatistics::Usage all;
  for (const auto& [node, usage] : statistics.usage) {
    add(code(node), usage);
    all.calls += usage.calls;
    all.counted += usage.counted;
    all.input += usage.input;
    all.output += usage.output;
    all.priced += usage.priced;
    all.usd += usage.usd;
  }
  if (rows.empty()) return "";
  add("all", all);
  return section("Tokens and cost",
                 "Of every call that answered in the run's settled samples, also of those that are "
                 "not in the rows. What a provider does not tell is unknown.\n\n" +
                     table({"node", "calls", "tokens in", "tokens out", "US dollars"}, rows));
}

}  // namespace

std::string cardText(const journal::Journal& journal, const journal::Run& run, const DatasetOptions& options,
                     const DatasetSummary& summary, const DatasetStatistics& statistics,
                     const std::vector<DatasetFile>& files) {
  return "# Data card: " + nameOf(options.format) + " of " + code(run.id) +
         "\n\nJSON Lines that `troupe runs export` wrote from the journal alone: the same journal and options give the "
         "same bytes.\n" +
         source(run) + rules(options) + counts(options, summary, statistics) + fileTable(files) + duplicates(summary) +
         distributions(statistics) + genres(statistics) + models(journal, options, statistics) +
         plugins(journal, statistics) + cost(statistics);
}

}  // namespace troupe::reports
