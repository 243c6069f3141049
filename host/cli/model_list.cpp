#include "cli/model_list.hpp"

#include <algorithm>
#include <cstdlib>
#include <iostream>

#include <troupe/troupe.hpp>

#include "cli/common.hpp"
#include "cli/model_commands.hpp"
#include "cli/trial_node.hpp"
#include "support/json_text.hpp"

namespace troupe::cli {
namespace {

constexpr const char* kPortType = "troupe:models/1";

bool isList(const loader::OutPort& port) { return port.type == kPortType; }

// A list that is no list says so; of an entry all but the id may be missing.
bool read(const std::string& json, std::vector<ListedModel>& models) {
  rapidjson::Document document;
  document.Parse(json.data(), json.size());
  if (document.HasParseError() || !document.IsObject()) return false;
  const auto list = document.FindMember("models");
  if (list == document.MemberEnd() || !list->value.IsArray()) return false;
  const auto text = [](const rapidjson::Value& object, const char* name) {
    const auto found = object.FindMember(name);
    return found != object.MemberEnd() && found->value.IsString()
               ? std::string(found->value.GetString(), found->value.GetStringLength())
               : std::string();
  };
  for (const auto& one : list->value.GetArray()) {
    if (!one.IsObject()) return false;
    ListedModel model{text(one, "id"), text(one, "owner"), 0};
    if (model.id.empty()) return false;
    const auto context = one.FindMember("context");
    if (context != one.MemberEnd() && context->value.IsInt64()) model.context = context->value.GetInt64();
    models.push_back(std::move(model));
  }
  return true;
}

// It comes from a server, and goes to a terminal.
std::string printable(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, '?');
  return text;
}

}  // namespace

bool listsModels(const loader::NodeType& type) {
  return type.kind == loader::Kind::provider && std::any_of(type.out.begin(), type.out.end(), isList);
}

ModelList askForModels(Trial& trial) {
  ModelList list;
  auto result = trial.call(R"({"list":"models"})", 1);
  if (result.failure) {
    list.failure = std::move(result.failure);
  } else if (result.values.size() != 1 || !isList(*result.values.front().port)) {
    list.failure = pipeline::FailureInfo{TROUPE_E_MALFORMED, "it emitted no list of models", -1};
  } else {
    list.json = std::move(result.values.front().json);
    if (!read(list.json, list.models))
      list.failure = pipeline::FailureInfo{TROUPE_E_MALFORMED, "what it emitted is no list of models", -1};
  }
  return list;
}

ExitCode listModels(const Arguments& arguments) {
  arguments.expect(1, 1, "troupe models NODE [--file FILE]");
  const auto catalog = openCatalog(arguments);
  config::Pipeline pipeline;
  const auto node = nodeToTry(arguments, arguments.positional()[0], *catalog, pipeline);
  if (!listsModels(*node.info))
    throw Failure(ExitCode::usage, node.info->kind == loader::Kind::provider
                                       ? node.type + " cannot tell its models (it has no output port of type " +
                                             kPortType + "); ask the service itself"
                                       : troupe::quoted(node.name) + " is a " +
                                             std::string(loader::toString(node.info->kind)) +
                                             ", and only a provider has models; name a provider");
  Trial trial(node, *catalog);
  const auto list = askForModels(trial);
  if (list.failure) {
    std::cerr << "troupe: " << node.name << ": " << pipeline::codeName(list.failure->code) << ": "
              << list.failure->message << '\n';
    if (trial.stuck()) std::_Exit(static_cast<int>(ExitCode::plugin_unusable));
    return ExitCode::plugin_unusable;
  }
  if (arguments.has("json")) {
    std::cout << list.json << '\n';
    return ExitCode::complete;
  }
  for (const auto& model : list.models) {
    std::cout << printable(model.id);
    if (model.context > 0) std::cout << "  " << model.context << " tokens";
    if (!model.owner.empty()) std::cout << "  by " << printable(model.owner);
    std::cout << '\n';
  }
  if (list.models.empty()) std::cerr << "troupe: " << node.name << " lists no model\n";
  return ExitCode::complete;
}

}  // namespace troupe::cli
