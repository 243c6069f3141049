#include "bad.h"

TROUPE_EXPORT int helper(void);
int helper(void) { return 0; }
static const troupe_node node = NODE(good_create);
MODULE(NULL, NULL)
