#include "cli/graph.hpp"

#include <string_view>
#include <vector>

namespace troupe::cli {
namespace {

using config::Pipeline;
using loader::Kind;

/// A connection to draw. Indices into the pipeline's nodes.
struct Arrow {
  std::size_t from = 0;
  std::size_t to = 0;
  std::string label;
  bool dotted = false;
};

std::string labelOf(const config::Node& node, const config::Input& input) {
  const bool several = node.info != nullptr && node.info->in.size() > 1;
  const auto port = several || input.lag ? input.port : std::string();
  return input.lag ? port + ", " + std::to_string(*input.lag) + " samples before" : port;
}

std::vector<Arrow> arrowsOf(const Pipeline& pipeline) {
  const auto indexOf = [&](const std::string& name) {
    return static_cast<std::size_t>(pipeline.find(name) - pipeline.nodes.data());
  };
  std::vector<Arrow> arrows;
  for (std::size_t i = 0; i < pipeline.nodes.size(); ++i) {
    const auto& node = pipeline.nodes[i];
    for (const auto& input : node.inputs)
      if (pipeline.find(input.from) != nullptr)
        arrows.push_back({indexOf(input.from), i, labelOf(node, input), input.lag.has_value()});
    for (const auto& [role, players] : node.models)
      for (const auto& player : players)
        if (pipeline.find(player) != nullptr) arrows.push_back({indexOf(player), i, "answers as " + role, true});
  }
  return arrows;
}

Kind kindOf(const config::Node& node) { return node.info != nullptr ? node.info->kind : Kind::provider; }

/// Text inside Mermaid's double quotes: everything that its grammar or the browser could take for markup is an entity.
std::string mermaidText(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == ' ' ||
                       c == '.' || c == '_' || c == '-' || c == ',' || c == ':' || c == '/' || code >= 0x80;
    if (plain)
      out += c;
    else
      out += "#" + std::to_string(code) + ";";
  }
  return out;
}

/// Text inside DOT's double quotes, where only they and backslashes mean something.
std::string dotText(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

struct Shape {
  const char* open;
  const char* close;
  const char* dot;
};

Shape shapeOf(Kind kind) {
  switch (kind) {
    case Kind::prompt_source:
      return {"([", "])", "oval"};
    case Kind::provider:
      return {"[", "]", "box"};
    case Kind::scorer:
      return {"(", ")", "box\", style=\"rounded"};
    case Kind::selector:
      return {"{{", "}}", "hexagon"};
    case Kind::filter:
      return {"{", "}", "diamond"};
    case Kind::store:
      return {"[(", ")]", "cylinder"};
    case Kind::sink:
      return {">", "]", "note"};
  }
  return {"[", "]", "box"};
}

}  // namespace

std::string mermaid(const Pipeline& pipeline) {
  std::string text = "flowchart LR\n";
  for (std::size_t i = 0; i < pipeline.nodes.size(); ++i) {
    const auto& node = pipeline.nodes[i];
    const auto shape = shapeOf(kindOf(node));
    text += "  n" + std::to_string(i) + shape.open + "\"" + mermaidText(node.name) + "<br>" + mermaidText(node.type) +
            "\"" + shape.close + "\n";
  }
  for (const auto& arrow : arrowsOf(pipeline)) {
    const auto label = arrow.label.empty() ? std::string() : "|\"" + mermaidText(arrow.label) + "\"|";
    text += "  n" + std::to_string(arrow.from) + (arrow.dotted ? " -.->" : " -->") + label + " n" +
            std::to_string(arrow.to) + "\n";
  }
  return text;
}

std::string dot(const Pipeline& pipeline) {
  std::string text = "digraph \"" + dotText(pipeline.name) + "\" {\n  rankdir=LR;\n";
  for (const auto& node : pipeline.nodes)
    text += "  \"" + dotText(node.name) + "\" [label=\"" + dotText(node.name) + "\\n" + dotText(node.type) +
            "\", shape=\"" + shapeOf(kindOf(node)).dot + "\"];\n";
  for (const auto& arrow : arrowsOf(pipeline)) {
    text +=
        "  \"" + dotText(pipeline.nodes[arrow.from].name) + "\" -> \"" + dotText(pipeline.nodes[arrow.to].name) + "\"";
    std::string attributes;
    if (!arrow.label.empty()) attributes = "label=\"" + dotText(arrow.label) + "\"";
    if (arrow.dotted) attributes += std::string(attributes.empty() ? "" : ", ") + "style=\"dotted\"";
    text += (attributes.empty() ? "" : " [" + attributes + "]") + ";\n";
  }
  return text + "}\n";
}

}  // namespace troupe::cli
