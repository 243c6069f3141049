#include "bad.h"

static int create(const troupe_host* host, troupe_str options, troupe_call* report, void** self) {
  (void)host, (void)options, (void)report, (void)self;
  return 7;
}
static const troupe_node node = NODE(create);
MODULE(NULL, NULL)
