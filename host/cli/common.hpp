#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "cli/arguments.hpp"
#include "config/pipeline_config.hpp"
#include "config/prices.hpp"
#include "journal/journal.hpp"
#include "loader/catalog.hpp"
#include "services/http/http_service.hpp"
#include "support/problem.hpp"

namespace troupe::cli {

/// The plugins, as --plugin-path and the environment say.
std::unique_ptr<loader::Catalog> openCatalog(const Arguments& arguments);

/// Reads and checks a pipeline file. Like config::loadPipeline(), and a file that is not there is answered with a near
/// name.
config::Pipeline openPipeline(const std::string& file, const loader::Catalog& catalog,
                              const config::CheckOptions& options);

/// The journal that --journal names.
std::unique_ptr<journal::Journal> openJournal(const Arguments& arguments, bool write, const std::string& command);

/// What nodes reach others with: secrets of this machine, and trusted certificates from $SSL_CERT_FILE when it is set.
services::Network network();
/// The same with --record and --replay: of a replay no secret is read, and nothing leaves. Throws Failure(usage).
services::Network network(const Arguments& arguments);
std::vector<OptionSpec> recordingOptions();
/// Where answers are kept; nowhere with --replay and --record: a recording has to hold every request.
std::filesystem::path cacheFile(const Arguments& arguments);
OptionSpec cacheOption();

/// A name of a file with the value of each --set, --samples, --in-flight, --seed and --genres as overrides.
std::vector<config::Override> overridesFrom(const Arguments& arguments);

/// The run that the first word names, or "last".
std::string runName(const Arguments& arguments);

/// What a command ends with that was about a run, by the state in which that ended.
ExitCode exitCodeOf(const std::string& state);

/// What --prices names; null: what the host finds itself. Throws Problems.
std::shared_ptr<const config::Prices> pricesFrom(const Arguments& arguments);
OptionSpec pricesOption();

/// Options that change a pipeline for one run.
std::vector<OptionSpec> overrideOptions();

/// --genres: sets option `genres` of every prompt source of the file that has one.
std::vector<config::Override> genreOverrides(const Arguments& arguments, const std::string& file,
                                             const loader::Catalog& catalog);

}  // namespace troupe::cli
