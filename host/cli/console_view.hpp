#pragma once

#include <memory>
#include <string_view>

#include "loader/catalog.hpp"

namespace troupe::cli {

/// The terminal's view of a run, as `run` shows it: a console sink that is given events from elsewhere. From one
/// thread.
class ConsoleView {
 public:
  /// Throws Failure(plugin_unusable).
  explicit ConsoleView(loader::Catalog& catalog);
  /// Leaves the terminal as it was.
  ~ConsoleView();

  /// An event as it is on the wire and in the journal; one that the sink does not take is passed over.
  void show(std::string_view type, std::string_view json);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace troupe::cli
