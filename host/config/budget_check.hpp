#pragma once

#include "config/budget.hpp"
#include "config/draft.hpp"
#include "config/prices.hpp"

namespace troupe::config {

/// Finds out how each provider's calls are paid for (Node::charging), and reads the budget. Reports what keeps a budget
/// from being kept: a price that nobody knows, an answer of any length. Needs checked options.
Budget checkBudget(const rapidjson::Value& pipeline, Drafts& drafts, const Prices& prices, Report& report);

}  // namespace troupe::config
