#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/budget.hpp"
#include "config/confinement.hpp"
#include "config/ensemble.hpp"
#include "config/price.hpp"
#include "loader/manifest.hpp"
#include "support/problem.hpp"

namespace troupe::loader {
class TypeLookup;
}

namespace troupe::config {

class Prices;

/// One edge into a node. With `lag` it is a delayed reference: the value as of the sample `lag` before.
struct Input {
  std::string port;  ///< in-port of the node; resolved, never empty in a checked pipeline
  std::string from;  ///< name of the other node
  std::optional<std::int64_t> lag;
};

struct Limits {
  int in_flight = 0;       ///< calls at once; 0 = as many as the run has
  double rpm = 0;          ///< calls started per minute; 0 = no limit
  double tpm = 0;          ///< tokens per minute, input and output; 0 = no limit
  double timeout_s = 120;  ///< per attempt
  int retries = 2;         ///< attempts after the first
};

/// How the calls of a provider are paid for.
struct Charging {
  bool metered = false;                    ///< false: it uses no network and names no price, so only calls are counted
  std::optional<Price> price;              ///< nothing: unknown, or not metered
  std::optional<std::int64_t> max_output;  ///< tokens of one answer at most: its option, else the model's limit
};

struct Node {
  std::string name;
  std::string type;
  bool enabled = true;
  std::vector<Input> inputs;                               ///< in file order; only from enabled nodes
  std::map<std::string, std::vector<std::string>> models;  ///< role -> provider nodes, in file order
  std::string fallback;            ///< a provider's: the provider node that answers when this one cannot; may be empty
  std::string options = "{}";      ///< JSON, completed with defaults; paths absolute; secrets as "${secret:NAME}"
  std::vector<std::string> hosts;  ///< of the addresses in its options
  Limits limits;
  bool cache = false;  ///< a provider's: its answers are kept, and given again to the same request
  double weight = 1;
  Charging charging;                       ///< of a provider
  const loader::NodeType* info = nullptr;  ///< owned by the catalog; never null in a checked pipeline
};

/// A checked pipeline: plain values, ready to build.
struct Pipeline {
  std::string name;
  std::int64_t samples = 50;
  int in_flight = 8;
  std::optional<std::int64_t> seed;  ///< [0, 2^31); absent = drawn when a run starts
  Ensemble ensemble;
  Budget budget;
  std::vector<Node> nodes;        ///< enabled ones, in file order
  std::vector<Problem> warnings;  ///< what to think about, with its place
  std::string text;               ///< the file as read, with comments
  std::string effective;          ///< canonical JSON after overrides, without "ui" and "$schema"
  std::string hash;               ///< sha256 of `effective`

  const Node* find(std::string_view node) const;
};

/// A change from the command line: path "nodes.wren.options.failure_rate" or a JSON pointer; value as JSON, else as a
/// string.
struct Override {
  std::string path;
  std::string value;
};

struct CheckOptions {
  std::filesystem::path base;  ///< what relative paths start from
  std::vector<Override> overrides;
  bool environment = true;                      ///< also check secrets and paths of this machine
  std::optional<Confinement> confinement = {};  ///< of a pipeline that somebody else sends
  bool secrets = true;                          ///< of the environment the secrets too; a replay needs none
  std::shared_ptr<const Prices> prices = {};    ///< null: Prices::standardFiles()
};

/// Reads and checks a pipeline. Throws Problems(invalid_pipeline) with every mistake of the file at once.
Pipeline checkPipeline(std::string_view text, const std::string& file_name, const loader::TypeLookup& types,
                       const CheckOptions& options);

/// Reads the file first; its size is limited to 16 MiB.
Pipeline loadPipeline(const std::filesystem::path& file, const loader::TypeLookup& types, const CheckOptions& options);

/// One JSON Schema (draft-07) of the pipeline file with the option schemas of all usable plugins, for editors.
std::string pipelineSchema(const loader::TypeLookup& types);

}  // namespace troupe::config
