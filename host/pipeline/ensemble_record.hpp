#pragma once

#include <rapidjson/document.h>

#include <string>
#include <vector>

namespace troupe::pipeline {

/// What is kept of how the providers of a sample were asked: the member `ensemble` of the sample and of its decision.
/// All are names of candidates' nodes.
struct EnsembleRecord {
  std::string policy;
  std::vector<std::string> order;        ///< whom it would ask, the first one first
  bool explored = false;                 ///< the front was drawn uniformly
  std::vector<std::string> reached;      ///< whose candidate was good enough
  std::vector<std::string> skipped;      ///< who was not asked
  std::vector<std::string> unavailable;  ///< who was asked and failed by fault of its service: that says nothing of it
};

/// `"ensemble":{…}`
std::string ensembleMember(const EnsembleRecord& record);
/// Takes what is there: the journal may be of another version.
EnsembleRecord readEnsembleRecord(const rapidjson::Value& json);

}  // namespace troupe::pipeline
