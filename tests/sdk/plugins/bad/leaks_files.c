#include "bad.h"

static int create(const troupe_host* host, troupe_str options, troupe_call* report, void** self) {
  (void)host, (void)options, (void)self;
  if (dup(2) < 0) return report->fail(report->ctx, TROUPE_E_INTERNAL, str("no more descriptors"), -1);
  return TROUPE_OK;
}
static const troupe_node node = NODE(create);
MODULE(NULL, NULL)
