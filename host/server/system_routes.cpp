#include <rapidjson/document.h>

#include <utility>

#include "server/own_routes.hpp"
#include "support/json_text.hpp"

namespace troupe::server {

void addSystemRoutes(Router& router, const Metrics& metrics, std::function<std::vector<std::string>()> unready) {
  router.add(
      {"GET", "/healthz", Right::none, [](Exchange& exchange) { exchange.json(200, R"({"status":"alive"})"); }, false});

  router.add({"GET", "/readyz", Right::none,
              [unready = std::move(unready)](Exchange& exchange) {
                const auto reasons = unready();
                rapidjson::Document answer(rapidjson::kObjectType);
                auto& allocator = answer.GetAllocator();
                answer.AddMember("ready", reasons.empty(), allocator);
                rapidjson::Value list(rapidjson::kArrayType);
                for (const auto& reason : reasons) list.PushBack(rapidjson::Value(reason, allocator), allocator);
                answer.AddMember("reasons", list, allocator);
                exchange.json(reasons.empty() ? 200 : 503, toJson(answer));
              },
              false});

  router.add({"GET", "/metrics", Right::watch,
              [&metrics](Exchange& exchange) {
                exchange.send(200, "text/plain; version=0.0.4; charset=utf-8", metrics.text());
              },
              false});
}

}  // namespace troupe::server
