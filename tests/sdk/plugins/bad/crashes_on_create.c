#include "bad.h"

static int create(const troupe_host* host, troupe_str options, troupe_call* report, void** self) {
  (void)host, (void)options, (void)report, (void)self;
  volatile int* volatile nowhere = (volatile int*)8; /* Volatile itself, or an optimizer sees the fault and warns. */
  return *nowhere;
}
static const troupe_node node = NODE(create);
MODULE(NULL, NULL)
