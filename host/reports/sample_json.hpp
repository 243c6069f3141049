#pragma once

#include <rapidjson/document.h>

#include <string>
#include <string_view>
#include <vector>

#include "journal/rows.hpp"

/// A sample put together again from what the journal has of it.
namespace troupe::reports {

/// The sample as it flowed to the stores ("run", "index", "seed", "prompt", "candidates" with "quality" and "scores",
/// "winner", "quality", "ranking", "margin", …), and what became of it: "ok", "error", "failures", "verdicts", "saved".
rapidjson::Document sampleJson(const journal::Run& run, const journal::SampleRecord& record);

/// The part of it that is the same for equal runs, as one line: without run id, times, latency, attempts, cost and ids
/// that stores gave; keys sorted, whole numbers written as such.
std::string canonicalJson(const rapidjson::Document& sample);

/// Who holds it and has not been overruled by a person.
std::vector<journal::SampleHeld> openHolds(const journal::SampleRecord& record);

/// Members that may not be there; "" and nullptr then.
std::string textAt(const rapidjson::Value& object, std::string_view key);
const rapidjson::Value* memberAt(const rapidjson::Value& object, std::string_view key);
/// The candidate of a sample with this id, or nullptr.
const rapidjson::Value* candidateAt(const rapidjson::Value& sample, std::string_view id);

/// JSON text that the journal keeps; null when it cannot be read.
rapidjson::Value parsed(const std::string& json, rapidjson::Document::AllocatorType& allocator);

}  // namespace troupe::reports
