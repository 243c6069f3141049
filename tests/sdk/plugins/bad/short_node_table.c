#include "bad.h"

static const troupe_node node = {8, NODE_ID, good_create, good_run, good_destroy, NULL};
MODULE(NULL, NULL)
