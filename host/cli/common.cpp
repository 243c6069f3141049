#include "cli/common.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "config/genres.hpp"
#include "config/secrets.hpp"
#include "support/near_name.hpp"
#include "support/paths.hpp"
#include "support/problem.hpp"

namespace troupe::cli {
namespace {

namespace fs = std::filesystem;

// The pipeline files in a folder, as a user would name them, without ".json".
void addJsonFiles(const fs::path& folder, std::vector<std::string>& names) {
  std::error_code error;
  for (fs::directory_iterator entry(folder.empty() ? "." : folder, error), end; !error && entry != end;
       entry.increment(error))
    if (entry->path().extension() == ".json") names.push_back((folder / entry->path().stem()).string());
}

// What to do about a file that is not there.
std::string repairOfMissing(const fs::path& file) {
  const auto folder = file.parent_path();
  std::error_code error;
  if (!folder.empty() && !fs::is_directory(folder, error)) return "there is no folder " + folder.string() + " either";
  std::vector<std::string> names;
  addJsonFiles(folder, names);
  if (folder.empty()) {  // Those that come with the program are in config/.
    addJsonFiles("config", names);
    if (const auto there = fs::path("config") / file; fs::exists(there, error))
      return "did you mean \"" + there.string() + "\"?";
  }
  std::sort(names.begin(), names.end());
  // Compared without what they all end with.
  const auto near = nearName((folder / file.stem()).string(), names);
  for (auto& name : names) name += ".json";
  return near.empty() ? suggest("", names, "files") : "did you mean \"" + near + ".json\"?";
}

}  // namespace

namespace {

services::Network networkWith(std::unique_ptr<services::Recorder> recorder) {
  services::HttpOptions options;
  if (const char* file = std::getenv("SSL_CERT_FILE"); file != nullptr) options.ca_file = file;
  services::Network network;
  network.http = std::make_shared<services::HttpService>(std::move(options), std::move(recorder));
  network.secrets = std::make_shared<config::Secrets>();
  return network;
}

}  // namespace

services::Network network() { return networkWith(nullptr); }

services::Network network(const Arguments& arguments) {
  if (!arguments.has("replay"))
    return networkWith(arguments.has("record") ? std::make_unique<services::Recorder>(arguments.get("record"))
                                               : nullptr);
  if (arguments.has("record"))
    throw Failure(ExitCode::usage, "--record and --replay exclude each other: a replay asks nobody");
  services::Network network;
  network.http = std::make_shared<services::HttpService>(std::make_unique<services::Replay>(arguments.get("replay")));
  return network;
}

std::vector<OptionSpec> recordingOptions() {
  return {{"record", "DIR", "keep every request and answer of the plugins in DIR, without secrets"},
          {"replay", "DIR", "give the plugins what was recorded in DIR, and use neither network nor secrets"}};
}

fs::path cacheFile(const Arguments& arguments) {
  if (arguments.has("replay") || arguments.has("record")) return {};
  return arguments.has("cache") ? fs::path(arguments.get("cache")) : paths::answers();
}

OptionSpec cacheOption() {
  return {"cache", "FILE",
          "where answers of nodes with \"cache\": true are kept (default: answers.db in the cache folder)"};
}

config::Pipeline openPipeline(const std::string& file, const loader::Catalog& catalog,
                              const config::CheckOptions& options) {
  std::error_code error;
  if (const auto status = fs::status(file, error); status.type() == fs::file_type::not_found)
    throw Problems(ExitCode::invalid_pipeline, file, {{"", 0, 0, "there is no such file", repairOfMissing(file)}});
  return config::loadPipeline(file, catalog, options);
}

std::unique_ptr<loader::Catalog> openCatalog(const Arguments& arguments) {
  std::vector<std::filesystem::path> folders;
  for (const auto& folder : arguments.all("plugin-path")) {
    std::error_code error;
    if (!std::filesystem::is_directory(folder, error))
      throw Failure(ExitCode::usage, "--plugin-path " + folder + " is no folder");
    folders.emplace_back(folder);
  }
  return std::make_unique<loader::Catalog>(loader::defaultCatalogOptions(folders));
}

std::unique_ptr<journal::Journal> openJournal(const Arguments& arguments, bool write, const std::string& command) {
  journal::JournalOptions options;
  options.file =
      arguments.has("journal") ? std::filesystem::absolute(arguments.get("journal")) : paths::state() / "journal.db";
  options.write = write;
  options.command = "troupe " + command;
  return std::make_unique<journal::Journal>(std::move(options));
}

std::string runName(const Arguments& arguments) {
  return arguments.positional().empty() ? "last" : arguments.positional()[0];
}

ExitCode exitCodeOf(const std::string& state) {
  if (state == "complete") return ExitCode::complete;
  if (state == "failed") return ExitCode::all_failed;
  if (state == "cancelled") return ExitCode::cancelled;
  return ExitCode::paused;
}

std::shared_ptr<const config::Prices> pricesFrom(const Arguments& arguments) {
  return arguments.has("prices") ? config::Prices::load({arguments.get("prices")}) : nullptr;
}

OptionSpec pricesOption() {
  return {"prices", "FILE",
          "what models cost; otherwise your own prices.json, then the one beside the pipeline or that of the program"};
}

std::vector<OptionSpec> overrideOptions() {
  return {{"samples", "N", "run N samples"},
          {"in-flight", "N", "work on N samples at once"},
          {"seed", "N", "seed of the run; the same seed gives the same samples"},
          {"genres", "A,B", "only these genres (every prompt source with that option)"},
          {"set", "PATH=VALUE",
           "change the pipeline for this run, for example nodes.wren.options.failure_rate=1 (repeatable)"}};
}

std::vector<config::Override> overridesFrom(const Arguments& arguments) {
  std::vector<config::Override> overrides;
  if (const auto n = arguments.integer("samples", 1, 1'000'000'000))
    overrides.push_back({"run.samples", std::to_string(*n)});
  if (const auto n = arguments.integer("in-flight", 1, 4096))
    overrides.push_back({"run.in_flight", std::to_string(*n)});
  if (const auto n = arguments.integer("seed", 0, 2'147'483'647)) overrides.push_back({"run.seed", std::to_string(*n)});
  for (const auto& assignment : arguments.all("set")) {
    const auto equals = assignment.find('=');
    if (equals == std::string::npos || equals == 0)
      throw Failure(ExitCode::usage,
                    "--set takes PATH=VALUE, for example --set run.samples=10; \"" + assignment + "\" has no value");
    overrides.push_back({assignment.substr(0, equals), assignment.substr(equals + 1)});
  }
  return overrides;
}

std::vector<config::Override> genreOverrides(const Arguments& arguments, const std::string& file,
                                             const loader::Catalog& catalog) {
  if (!arguments.has("genres")) return {};
  std::vector<std::string> genres;
  const auto text = arguments.get("genres");
  for (std::size_t from = 0; from <= text.size();) {
    const auto comma = std::min(text.find(',', from), text.size());
    auto genre = text.substr(from, comma - from);
    genre.erase(0, genre.find_first_not_of(' '));
    genre.erase(genre.find_last_not_of(' ') + 1);
    if (!genre.empty()) genres.push_back(std::move(genre));
    from = comma + 1;
  }
  config::CheckOptions options;
  options.base = std::filesystem::current_path();
  options.environment = false;
  auto overrides = config::genreOverrides(openPipeline(file, catalog, options), genres);
  if (overrides.empty())
    throw Failure(ExitCode::usage, "--genres: " + file + " has no prompt source with the option \"genres\"");
  return overrides;
}

}  // namespace troupe::cli
