#include "bad.h"

static const troupe_node node = NODE(good_create);
static const troupe_node* const nodes[] = {&node};
const troupe_module troupe_module_v1 = {
    4, TROUPE_ABI_MINOR, {troupe_manifest_bytes, sizeof(troupe_manifest_bytes)}, NULL, NULL, 1, nodes};
