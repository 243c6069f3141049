#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "config/pipeline_config.hpp"
#include "journal/journal.hpp"
#include "loader/catalog.hpp"
#include "server/pipeline_store.hpp"
#include "server/router.hpp"
#include "server/run_manager.hpp"
#include "server/server_config.hpp"

namespace troupe::server {

/// What the routes of /api/v1 work with. All that it refers to outlives the router.
struct Api {
  loader::Catalog& catalog;
  journal::Journal& journal;
  RunManager& runs;
  PipelineStore& pipelines;
  const ServerConfig& config;
};
using ApiPtr = std::shared_ptr<const Api>;

void addRunRoutes(Router& router, const ApiPtr& api);       ///< list, show, pause, resume, cancel, delete
void addRunStartRoute(Router& router, const ApiPtr& api);   ///< begin
void addSampleRoutes(Router& router, const ApiPtr& api);    ///< samples, held ones, decisions
void addReportRoutes(Router& router, const ApiPtr& api);    ///< log, export
void addPipelineRoutes(Router& router, const ApiPtr& api);  ///< stored pipelines
void addPluginRoutes(Router& router, const ApiPtr& api);    ///< plugins, the schema of pipelines
void addOpenApiRoute(Router& router);                       ///< /openapi.json

/// All of these.
void addApiRoutes(Router& router, const Api& api);

/// The text of /openapi.json.
std::string_view openApi();

}  // namespace troupe::server
