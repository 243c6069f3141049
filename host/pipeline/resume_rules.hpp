#pragma once

#include <string>
#include <vector>

#include "config/pipeline_config.hpp"
#include "journal/journal.hpp"
#include "loader/type_lookup.hpp"

/// What may go on, and with which changes.
namespace troupe::pipeline {

/// Throws Failure(usage) for a change that a resume may not make.
void checkChanges(const journal::Run& run, const std::vector<config::Override>& changes);

/// Whether there is anything to go on with: it has not come to its end, or more samples are asked for.
bool canResume(const journal::Run& run, const std::vector<config::Override>& changes);

/// A run that is to go on, and its stored pipeline with all changes.
struct Resumption {
  journal::Run run;
  config::Pipeline pipeline;
};
/// Checks the stored pipeline as of now and notes the changes in the journal. `check` says how; base and overrides are
/// the run's own. Throws Problems(invalid_pipeline), Failure(usage) when fewer samples are asked for than have begun.
Resumption prepareResume(journal::Journal& journal, const loader::TypeLookup& types, journal::Run run,
                         const std::vector<config::Override>& changes, config::CheckOptions check = {});

}  // namespace troupe::pipeline
