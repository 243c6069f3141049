#include "bad.h"

static int init(const troupe_host* host) {
  (void)host;
  return TROUPE_E_INTERNAL;
}
static const troupe_node node = NODE(good_create);
MODULE(init, NULL)
