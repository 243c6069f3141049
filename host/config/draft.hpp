#pragma once

#include <rapidjson/document.h>

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "config/pipeline_config.hpp"
#include "config/report.hpp"
#include "loader/type_lookup.hpp"

namespace troupe::config {

/// A node that another one names as its input, not yet looked up.
struct Reference {
  std::string port;  ///< empty: the first one
  std::string from;
  std::optional<std::int64_t> lag;
  std::string pointer;  ///< of the reference in the file
};

/// A file that an option names for writing.
struct WrittenFile {
  std::filesystem::path path;
  std::string pointer;  ///< of the option
};

/// A node of the file while it is checked.
struct Draft {
  Node node;  ///< `inputs` and `options` are filled by the checks
  std::string pointer;
  rapidjson::Value* json = nullptr;  ///< in the document that the pipeline is read from
  std::vector<Reference> references;
  std::vector<std::string> upstream;  ///< enabled nodes that it waits for, also where the types do not match
  std::vector<WrittenFile> written;
  bool options_sound = false;  ///< its options are as its type wants them, and its hosts are known
  bool sound = true;           ///< false once its edges are in doubt, so that checks of the whole keep quiet
};

/// The nodes of a file, in its order.
struct Drafts {
  std::vector<Draft> nodes;
  std::map<std::string, std::size_t, std::less<>> index;  ///< by name

  Draft* find(std::string_view name);
  const Draft* find(std::string_view name) const;
  std::vector<std::string> names() const;
};

/// Reads the nodes of a pipeline as far as they have the right shape, and looks up their types. What has the wrong
/// shape is passed over: checkShape() has reported it. The document must outlive the drafts.
Drafts readDrafts(rapidjson::Value& pipeline, const loader::TypeLookup& types, Report& report);

}  // namespace troupe::config
