#include <troupe/ext/clock.h>
#include <troupe/ext/http.h>
#include <troupe/ext/model.h>
#include <troupe/ext/web.h>
#include <troupe/troupe.h>

bool hasExt(const troupe_node* node);
bool hasExt(const troupe_node* node) { return TROUPE_HAS(node, ext); }
