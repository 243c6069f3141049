#include "bad.h"

static const troupe_node node = NODE(good_create);
static const troupe_node* const nodes[] = {&node};
static const char other[] = "{\"troupe\":1}";
const troupe_module troupe_module_v1 = {
    sizeof(troupe_module), TROUPE_ABI_MINOR, {other, sizeof(other) - 1}, NULL, NULL, 1, nodes};
