#include "cli/doctor.hpp"

#include <unistd.h>

#include <filesystem>
#include <iostream>
#include <vector>

#include <troupe/troupe.hpp>

#include "cli/common.hpp"
#include "config/secrets.hpp"
#include "support/paths.hpp"

namespace troupe::cli {
namespace {

namespace fs = std::filesystem;

struct Finding {
  std::string what;
  bool well;
  std::string fact;
  ExitCode code = ExitCode::complete;  // When it is not well and nothing can run.
};

// The nearest folder that exists.
fs::path existing(fs::path path) {
  std::error_code ignored;
  while (!path.empty() && !fs::exists(path, ignored) && path != path.parent_path()) path = path.parent_path();
  return path;
}

Finding folder(const std::string& what, const fs::path& path) {
  constexpr std::uintmax_t kLow = 256u << 20;
  const auto place = existing(path);
  if (::access(place.c_str(), W_OK) != 0)
    return {what, false, place.string() + " cannot be written to; change its rights, or name another place",
            ExitCode::journal};
  std::error_code error;
  const auto space = fs::space(place, error);
  if (error) return {what, false, place.string() + ": " + error.message(), ExitCode::journal};
  const auto mib = std::to_string(space.available >> 20) + " MiB free";
  if (space.available < kLow) return {what, false, path.string() + ": only " + mib + "; make room", ExitCode::journal};
  return {what, true, path.string() + ": writable, " + mib};
}

std::vector<Finding> examine(const Arguments& arguments) {
  std::vector<Finding> findings;
  const auto catalog = openCatalog(arguments);
  std::size_t usable = 0;
  for (const auto& file : catalog->files()) {
    if (file.state == loader::PluginFile::State::usable) {
      ++usable;
    } else {
      findings.push_back({"plugin", false,
                          file.path.string() + ": " + std::string(loader::toString(file.state)) + ": " + file.reason});
    }
  }
  findings.push_back({"plugins", usable > 0,
                      std::to_string(usable) + " usable, " + std::to_string(catalog->nodeTypes().size()) +
                          " node types" +
                          (usable > 0 ? "" : "; name their folder with --plugin-path or TROUPE_PLUGIN_PATH"),
                      usable > 0 ? ExitCode::complete : ExitCode::plugin_unusable});
  findings.push_back(folder("plugin cache", paths::cache()));

  const config::Secrets secrets;
  for (const auto& problem : secrets.problems())
    findings.push_back({"secrets", false, format(secrets.file().string(), problem)});
  if (secrets.problems().empty())
    findings.push_back({"secrets", true,
                        fs::exists(secrets.file())
                            ? std::to_string(secrets.names().size()) + " in " + secrets.file().string()
                            : "no secrets file; names are looked up in the environment"});

  const fs::path journal =
      arguments.has("journal") ? fs::absolute(arguments.get("journal")) : paths::state() / "journal.db";
  findings.push_back(folder("journal", journal.parent_path()));
  try {
    const auto opened = openJournal(arguments, false, "doctor");
    std::size_t unfinished = 0;
    for (const auto& run : opened->runs())
      if (run.state == "running" || run.state == "paused" || run.state == "queued") ++unfinished;
    findings.push_back(
        {"journal", true,
         journal.string() + ": readable" +
             (unfinished > 0 ? "; runs that can be resumed: " + std::to_string(unfinished) + " (troupe runs list)"
                             : "")});
  } catch (const Failure& e) {
    findings.push_back({"journal", false, e.what(), ExitCode::journal});
  }

  if (!arguments.positional().empty()) {
    config::CheckOptions options;
    options.base = fs::current_path();
    const auto& file = arguments.positional()[0];
    try {
      const auto pipeline = openPipeline(file, *catalog, options);
      findings.push_back(
          {"pipeline", true, file + ": " + std::to_string(pipeline.nodes.size()) + " nodes, secrets and paths there"});
    } catch (const Failure& e) {
      findings.push_back({"pipeline", false, e.what(), ExitCode::invalid_pipeline});
    }
  }
  return findings;
}

}  // namespace

ExitCode doctor(const Arguments& arguments) {
  arguments.expect(0, 1, "troupe doctor [FILE]");
  const auto findings = examine(arguments);
  auto code = ExitCode::complete;
  for (const auto& finding : findings)
    if (!finding.well && code == ExitCode::complete) code = finding.code;
  if (arguments.has("json")) {
    JsonWriter json;
    json.beginObject().member("well", code == ExitCode::complete).key("checks").beginArray();
    for (const auto& f : findings)
      json.beginObject().member("check", f.what).member("well", f.well).member("fact", f.fact).endObject();
    json.endArray().endObject();
    std::cout << json.text() << '\n';
    return code;
  }
  for (const auto& f : findings) std::cout << (f.well ? "ok    " : "FAULT ") << f.what << ": " << f.fact << '\n';
  return code;
}

}  // namespace troupe::cli
