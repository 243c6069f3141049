#pragma once

#include <functional>
#include <string>
#include <vector>

#include "server/credentials.hpp"
#include "server/gate.hpp"
#include "server/metrics.hpp"
#include "server/router.hpp"
#include "server/tickets.hpp"

namespace troupe::server {

/// Log in, log out, who am I: /api/v1/session. `gate` is asked when requests come.
void addSessionRoutes(Router& router, const Tokens& tokens, Sessions& sessions, FailedLogins& failed,
                      std::function<const Gate&()> gate);

/// POST /api/v1/runs/{run}/tickets.
void addTicketRoute(Router& router, const Tickets& tickets, std::function<bool(const std::string&)> run_exists,
                    std::function<const Gate&()> gate);

/// /healthz, /readyz and /metrics. `unready`: sentences; none: it is ready.
void addSystemRoutes(Router& router, const Metrics& metrics, std::function<std::vector<std::string>()> unready);

}  // namespace troupe::server
