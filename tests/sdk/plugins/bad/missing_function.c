#include "bad.h"

static const troupe_node node = {sizeof(troupe_node), NODE_ID, good_create, NULL, good_destroy, NULL};
MODULE(NULL, NULL)
