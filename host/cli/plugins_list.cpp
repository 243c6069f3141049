#include <algorithm>
#include <ostream>

#include "cli/plugins_commands.hpp"
#include "support/json_text.hpp"

namespace troupe::cli {
namespace {

using rapidjson::Value;

std::string kinds(const loader::Manifest& manifest) {
  std::string text;
  for (const auto& node : manifest.nodes) text += (text.empty() ? "" : ", ") + std::string(loader::toString(node.kind));
  return text;
}

void printTable(const loader::Catalog& catalog, std::ostream& out) {
  std::size_t id_width = 6;
  std::size_t version_width = 7;
  for (const auto& file : catalog.files()) {
    if (file.state != loader::PluginFile::State::usable) continue;
    id_width = std::max(id_width, file.manifest->id.size());
    version_width = std::max(version_width, file.manifest->version.size());
  }
  const auto padded = [](std::string text, std::size_t width) {
    text.resize(std::max(text.size(), width), ' ');
    return text + "  ";
  };
  std::size_t usable = 0;
  for (const auto& file : catalog.files()) {
    if (file.state != loader::PluginFile::State::usable) continue;
    if (usable++ == 0)
      out << padded("PLUGIN", id_width) << padded("VERSION", version_width) << padded("KIND", 13) << "FILE\n";
    out << padded(file.manifest->id, id_width) << padded(file.manifest->version, version_width)
        << padded(kinds(*file.manifest), 13) << file.path.string() << '\n';
  }
  for (const auto& file : catalog.files())
    if (file.state != loader::PluginFile::State::usable)
      out << file.path.string() << ": " << toString(file.state) << ": " << file.reason << '\n';
  const auto others = catalog.files().size() - usable;
  out << usable << (usable == 1 ? " plugin" : " plugins");
  if (others > 0) out << ", " << others << (others == 1 ? " file" : " files") << " that cannot be used";
  out << '\n';
}

void printJson(const loader::Catalog& catalog, std::ostream& out) {
  rapidjson::Document document(rapidjson::kObjectType);
  auto& memory = document.GetAllocator();
  const auto text = [&](std::string_view s) { return Value(std::string(s), memory); };
  Value plugins(rapidjson::kArrayType);
  for (const auto& file : catalog.files()) {
    Value plugin(rapidjson::kObjectType);
    plugin.AddMember("path", text(file.path.string()), memory);
    plugin.AddMember("state", text(toString(file.state)), memory);
    if (!file.reason.empty()) plugin.AddMember("reason", text(file.reason), memory);
    if (file.manifest) {
      plugin.AddMember("id", text(file.manifest->id), memory);
      plugin.AddMember("name", text(file.manifest->name), memory);
      plugin.AddMember("version", text(file.manifest->version), memory);
      Value nodes(rapidjson::kArrayType);
      for (const auto& type : file.manifest->nodes) {
        Value node(rapidjson::kObjectType);
        node.AddMember("id", text(type.id), memory);
        node.AddMember("kind", text(loader::toString(type.kind)), memory);
        node.AddMember("name", text(type.name), memory);
        nodes.PushBack(node, memory);
      }
      plugin.AddMember("nodes", nodes, memory);
    }
    plugins.PushBack(plugin, memory);
  }
  document.AddMember("plugins", plugins, memory);
  out << toJson(document) << '\n';
}

}  // namespace

int pluginsList(const loader::Catalog& catalog, bool json, std::ostream& out) {
  if (json) {
    printJson(catalog, out);
  } else {
    printTable(catalog, out);
  }
  return static_cast<int>(ExitCode::complete);
}

}  // namespace troupe::cli
