/* Built, so to speak, before troupe_node had `ext`: what stands there belongs to nobody and must not be read. */
#include "bad.h"

static const void* stray(void* self, const char* id) {
  (void)self, (void)id;
  abort();
}
static const troupe_node node = {offsetof(troupe_node, ext), NODE_ID, good_create, good_run, good_destroy, stray};
MODULE(NULL, NULL)
