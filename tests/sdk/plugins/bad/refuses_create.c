#include "bad.h"

static int create(const troupe_host* host, troupe_str options, troupe_call* report, void** self) {
  (void)host, (void)options, (void)self;
  return report->fail(report->ctx, TROUPE_E_AUTH, str("no key given"), -1);
}
static const troupe_node node = NODE(create);
MODULE(NULL, NULL)
