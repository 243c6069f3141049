#pragma once

#include <troupe/ext/model.h>

namespace troupe::services {

/// troupe.model/1. It is the same for all nodes: what a call may ask is the call's own (CallContext::models).
const troupe_model* modelExtension();

}  // namespace troupe::services
