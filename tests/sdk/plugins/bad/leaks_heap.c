#include "bad.h"

static void* volatile kept;
static int create(const troupe_host* host, troupe_str options, troupe_call* report, void** self) {
  (void)host, (void)options, (void)report, (void)self;
  kept = malloc(100);
  return TROUPE_OK;
}
static const troupe_node node = NODE(create);
MODULE(NULL, NULL)
