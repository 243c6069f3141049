#pragma once

#include <rapidjson/document.h>

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "journal/journal.hpp"

namespace troupe::reports {

/// Why a sample went as it did: itself, and who made it.
struct SampleDetails {
  journal::Run run;
  journal::SampleRecord record;
  rapidjson::Document sample;                                  ///< sampleJson()
  std::map<std::string, journal::Journal::PluginRow> plugins;  ///< by node
  std::set<std::string> scorers;                               ///< which made the winner's quality
  std::set<std::string> judges;                                ///< of these: what asks a model
};

/// Nothing when the run has no such sample.
std::optional<SampleDetails> sampleDetails(const journal::Journal& journal, const journal::Run& run,
                                           std::int64_t index);

/// The sample with "attempts", "charges" (where anything was paid for), "quality_from" and "plugins".
rapidjson::Document detailsJson(SampleDetails details);

}  // namespace troupe::reports
