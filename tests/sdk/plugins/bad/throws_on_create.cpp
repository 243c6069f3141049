#include <stdexcept>

#include "bad.h"

static int create(const troupe_host*, troupe_str, troupe_call*, void**) {
  throw std::runtime_error("thrown in create");
}
static const troupe_node node = NODE(create);
MODULE(nullptr, nullptr)
