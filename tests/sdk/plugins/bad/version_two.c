/* A plugin for a host of the future. */
#include "bad.h"

TROUPE_EXPORT extern const troupe_module troupe_module_v2;
const troupe_module troupe_module_v2 = {sizeof(troupe_module),
                                        TROUPE_ABI_MINOR,
                                        {troupe_manifest_bytes, sizeof(troupe_manifest_bytes)},
                                        NULL,
                                        NULL,
                                        0,
                                        NULL};
