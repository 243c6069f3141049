#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/price.hpp"

namespace troupe::config {

/// What models cost, as files say that users edit: by host and model. Immutable.
class Prices {
 public:
  /// Of several files the first that knows a model counts. Throws Problems(invalid_pipeline) with all mistakes of a
  /// file; one that cannot be read is a mistake too.
  static std::shared_ptr<const Prices> load(const std::vector<std::filesystem::path>& files);

  /// What counts without --prices: the user's own file ($XDG_CONFIG_HOME/troupe/prices.json) before the one beside the
  /// pipeline (in `folder`; empty: none) or else the installed one; those that are there.
  static std::vector<std::filesystem::path> standardFiles(const std::filesystem::path& folder);

  /// The price of a model of a host, or nullptr. A name counts before a pattern, a longer pattern before a shorter one.
  const Price* find(std::string_view host, std::string_view model) const;
  /// The models that are known of a host, for "did you mean".
  std::vector<std::string> modelsOf(std::string_view host) const;

 private:
  struct Entry {
    std::string host;   ///< "api.openai.com", or "*.openai.azure.com"
    std::string model;  ///< exact, or with a "*" at the end
    std::size_t file;   ///< rank of its file
    std::shared_ptr<const Price> price;
  };
  void add(const std::filesystem::path& file, std::size_t rank);
  std::vector<Entry> entries_;
};

}  // namespace troupe::config
