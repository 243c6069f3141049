#include "bad.h"

int troupe_test_absent(void);

static int init(const troupe_host* host) {
  (void)host;
  return troupe_test_absent();
}
static const troupe_node node = NODE(good_create);
MODULE(init, NULL)
