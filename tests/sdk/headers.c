#include <troupe/ext/clock.h>
#include <troupe/ext/http.h>
#include <troupe/ext/model.h>
#include <troupe/ext/web.h>
#include <troupe/troupe.h>

/* TROUPE_HAS must be an expression for any table. */
int hasExt(const troupe_node* node);
int hasExt(const troupe_node* node) { return TROUPE_HAS(node, ext); }
