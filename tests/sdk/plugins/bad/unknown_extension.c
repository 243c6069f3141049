#include "bad.h"

static const troupe_node node = NODE(good_create);
MODULE(NULL, NULL)
