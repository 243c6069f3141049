#include "bad.h"

static const troupe_node node = NODE(good_create);
const troupe_node* hidden(void);
const troupe_node* hidden(void) { return &node; }
