#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "services/secret_source.hpp"
#include "support/problem.hpp"

namespace troupe::config {

using services::Secret;

/// The secrets of this machine: an environment variable, else an entry of the secrets file. The file binds a secret to
/// hosts even when its value comes from the environment. Immutable after construction. [any thread]
class Secrets final : public services::SecretSource {
 public:
  /// Reads the file if there is one. A file that others may read, or that makes no sense, is a problem and gives no
  /// secret. Without `environment` the file's entries are all there is.
  explicit Secrets(const std::filesystem::path& file = defaultFile(), bool environment = true);

  /// secrets.json in the user's configuration folder.
  static std::filesystem::path defaultFile();

  std::optional<Secret> find(const std::string& name) const override;
  /// Names in the file, sorted.
  std::vector<std::string> names() const;

  const std::filesystem::path& file() const { return file_; }
  const std::vector<Problem>& problems() const { return problems_; }

  /// A letter or "_", then letters, digits, ".", "_" and "-", at most 128.
  static bool isName(std::string_view name);

 private:
  void read();

  std::filesystem::path file_;
  bool environment_;
  std::map<std::string, Secret> entries_;
  std::vector<Problem> problems_;
};

}  // namespace troupe::config
