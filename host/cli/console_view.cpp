#include "cli/console_view.hpp"

#include <algorithm>
#include <iostream>
#include <string>
#include <utility>

#include "loader/module.hpp"
#include "pipeline/call.hpp"
#include "services/host_table.hpp"

namespace troupe::cli {
namespace {

constexpr const char* kConsole = "troupe.sink.console";

}  // namespace

struct ConsoleView::State {
  State(const loader::NodeType& node_type, std::shared_ptr<loader::Module> module)
      : type(node_type),
        host([](int level, std::string_view text) {
          if (level >= TROUPE_WARNING) std::cerr << "troupe: " << text << '\n';
        }),
        instance(std::move(module), type.id, host.table(), "{}") {}

  const loader::NodeType type;
  services::HostTable host;
  loader::Instance instance;
};

ConsoleView::ConsoleView(loader::Catalog& catalog) {
  const auto* type = catalog.find(kConsole);
  const auto* file = catalog.fileOf(kConsole);
  if (type == nullptr || file == nullptr)
    throw Failure(ExitCode::plugin_unusable,
                  std::string("no plugin offers ") + kConsole + ", which shows runs; see: troupe plugins list");
  state_ = std::make_unique<State>(*type, catalog.load(*file));
}

ConsoleView::~ConsoleView() = default;

void ConsoleView::show(std::string_view type, std::string_view json) {
  const auto& takes = state_->type.events;
  if (std::find(takes.begin(), takes.end(), type) == takes.end()) return;
  pipeline::Call call(state_->type, "{\"event\":" + std::string(json) + "}", 0);
  const auto result = call.finish(state_->instance.run(call.table()));
  if (result.failure) throw Failure(ExitCode::plugin_unusable, "the view fails: " + result.failure->message);
}

}  // namespace troupe::cli
