#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/problem.hpp"

namespace troupe::loader {

enum class Kind { prompt_source, provider, scorer, selector, filter, store, sink };
/// "prompt_source", "provider", …
std::string_view toString(Kind kind);
std::optional<Kind> kindFrom(std::string_view text);

/// When a node fires: for each candidate as it arrives, or once when all its inputs have settled.
enum class Per { sample, candidate };

struct InPort {
  std::string name;
  std::string type;       ///< id of a port schema: "troupe:candidate/1", "text", "json", …
  bool many = false;      ///< takes several edges
  bool optional = false;  ///< may be left unconnected
  bool delayed = false;   ///< takes a delayed reference {"from", "lag"} and no edge
  bool previous = false;  ///< is given the node's own latest emission by the host; never connected
};

struct OutPort {
  std::string name;
  std::string type;
};

/// Models that a node may ask through troupe.model/1.
struct Role {
  std::string name;
  bool many = false;  ///< several providers may play it
  int min = 1;        ///< how many have to; 0: it may be left out
};

/// What a plugin offers, as its manifest says.
struct NodeType {
  std::string id;
  Kind kind = Kind::provider;
  std::string name;
  std::string description;
  std::vector<InPort> in;    ///< in the manifest's order; the first is the one that a list of inputs means
  std::vector<OutPort> out;  ///< likewise
  Per per = Per::sample;
  std::string options_schema = R"({"type":"object","additionalProperties":false})";  ///< JSON text
  int per_instance = 1;               ///< calls at once in one instance; 0 = any number
  std::vector<std::string> required;  ///< extension ids without which the plugin is refused (manifest: "requires")
  std::vector<std::string> wanted;    ///< extension ids that it can do without (manifest: "wants")
  std::vector<Role> roles;            ///< whom it may call through troupe.model/1 (manifest: "models")
  std::vector<std::string> events;    ///< sinks: the event types it is given; empty = all durable ones
  std::vector<std::string> net;       ///< hosts that it may speak to, with leading "*." as wildcard
  bool streaming = false;
  bool seed = false;
  std::string example_options;  ///< JSON text, or empty
  std::string example_input;    ///< JSON text, or empty

  const InPort* input(std::string_view port) const;
  const OutPort* output(std::string_view port) const;
  const Role* role(std::string_view named) const;
};

struct Manifest {
  std::string id, name, version, vendor, license, url, description;
  std::vector<NodeType> nodes;
  std::string text;  ///< the JSON as embedded
};

/// Reads a manifest and checks it against sdk/schemas/manifest.schema.json and the rules that a schema cannot say
/// (unique ids, ids prefixed by the plugin's, known port types, a compiling options schema, an example that fits). All
/// mistakes go to `problems`; nothing is returned when there is one. Never throws for bad input.
std::optional<Manifest> parseManifest(std::string_view json, std::vector<Problem>& problems);

/// The options of the node type's example, completed with the defaults of its schema: JSON text, as create() takes it.
std::string completedExample(const NodeType& node);

}  // namespace troupe::loader
