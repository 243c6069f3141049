#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "loader/type_lookup.hpp"
#include "server/exchange.hpp"
#include "server/run_manager.hpp"
#include "server/server_config.hpp"

namespace troupe::server {

/// The body of POST /auto-train-stream. Members that nobody knows are passed over, as the first server of this route
/// did.
struct AutoTrainRequest {
  std::string user_id;
  std::int64_t num_examples = 50;
  std::vector<std::string> genres;  ///< empty: all
  bool store_in_memory = false;
  bool save_to_database = false;

  /// Throws HttpError(415, 400, 422).
  static AutoTrainRequest read(Exchange& exchange);

  /// The run that is asked for: the configured pipeline with the samples, the genres, the stores switched, and the
  /// user's id for the stories. Throws HttpError(404) when no pipeline is configured, HttpError(422) for what the
  /// pipeline cannot do, Problems for its mistakes.
  RunManager::Order order(const ServerConfig& config, const loader::TypeLookup& types) const;
};

}  // namespace troupe::server
