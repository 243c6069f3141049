#pragma once

#include <rapidjson/document.h>

#include <filesystem>
#include <map>
#include <memory>

#include "config/confinement.hpp"
#include "config/draft.hpp"
#include "config/secrets.hpp"
#include "support/json_schema.hpp"

namespace troupe::config {

/// Checks the options of nodes against their types' schemas and completes them: defaults, secrets as "${secret:NAME}",
/// absolute paths.
class OptionCheck {
 public:
  /// `report` must outlive the check. With `environment` the secrets and files of this machine are checked too.
  /// `secrets`: the file with the secrets; empty: the user's.
  OptionCheck(std::filesystem::path base, bool environment, Report& report, std::optional<Confinement> confinement = {},
              std::filesystem::path secrets = {});
  ~OptionCheck();
  /// From now on a secret need not be set.
  void needNoSecrets() { secrets_needed_ = false; }

  /// Fills the node's `options` and the files it writes. Of a disabled node only the shape is checked.
  void check(Draft& draft);

 private:
  struct Schema;
  struct Task;

  const Schema* schemaOf(const loader::NodeType& type, const Draft& draft);
  void readSecrets(Task& task);
  void readSecret(Task& task, const std::string& pointer, rapidjson::Value& value, bool only_secret);
  void refuseStrayReferences(const Task& task, const rapidjson::Value& value, const std::string& pointer);
  void readPaths(Task& task);
  void checkFile(const std::filesystem::path& path, bool written, const std::string& pointer);
  void checkSecret(const std::string& name, const std::string& pointer);
  std::optional<Secret> confinedSecret(const std::string& name, const std::string& pointer);
  const Secrets* secretsFor(const std::string& pointer);
  void confineUrls(const Task& task);

  std::filesystem::path base_;
  bool environment_;
  bool secrets_needed_ = true;
  Report& report_;
  const std::optional<Confinement> confinement_;
  const std::filesystem::path secrets_file_;
  std::optional<Secrets> secrets_;  ///< read when the first one is needed
  std::map<const loader::NodeType*, std::unique_ptr<Schema>> schemas_;
};

}  // namespace troupe::config
