// C++ without the SDK's glue: its exceptions cross the boundary.
#include <stdexcept>

#include "bad.h"

static int create(const troupe_host*, troupe_str options, troupe_call*, void**) {
  if (options.n > 2) throw std::runtime_error("thrown in create");
  return TROUPE_OK;
}
static int run(void*, troupe_call*) { throw std::runtime_error("thrown in run"); }
static const troupe_node node = {sizeof(troupe_node), NODE_ID, create, run, good_destroy, nullptr};
MODULE(nullptr, nullptr)
