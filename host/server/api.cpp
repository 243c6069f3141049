#include "server/api.hpp"

namespace troupe::server {

void addApiRoutes(Router& router, const Api& api) {
  const auto shared = std::make_shared<const Api>(api);
  addRunRoutes(router, shared);
  addRunStartRoute(router, shared);
  addSampleRoutes(router, shared);
  addReportRoutes(router, shared);
  addPipelineRoutes(router, shared);
  addPluginRoutes(router, shared);
  addOpenApiRoute(router);
}

void addOpenApiRoute(Router& router) {
  router.add({"GET", "/openapi.json", Right::watch, [](Exchange& exchange) {
                exchange.json(200, openApi(), {{"Cache-Control", "no-cache"}});
              }});
}

}  // namespace troupe::server
