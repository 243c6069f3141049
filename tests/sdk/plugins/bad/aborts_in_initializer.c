#include "bad.h"

__attribute__((constructor)) static void initializer(void) { abort(); }
static const troupe_node node = NODE(good_create);
MODULE(NULL, NULL)
