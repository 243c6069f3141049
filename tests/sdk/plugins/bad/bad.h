/* What the bad plugins have in common: everything in order, until one of them does its one thing wrong. */
#ifndef TROUPE_TESTS_BAD_H
#define TROUPE_TESTS_BAD_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <troupe/troupe.h>
#include <unistd.h>

#include "troupe_manifest.h"

static inline troupe_str str(const char* text) {
  troupe_str s;
  s.p = text;
  s.n = strlen(text);
  return s;
}

static inline int good_create(const troupe_host* host, troupe_str options, troupe_call* report, void** self) {
  (void)host, (void)options, (void)report;
  *self = NULL;
  return TROUPE_OK;
}
static inline int good_run(void* self, troupe_call* call) {
  (void)self;
  return call->emit(call->ctx, TROUPE_VALUE, str("candidate"), str("{\"text\":\"good\"}"));
}
static inline void good_destroy(void* self) { (void)self; }

#define NODE(create) \
  { sizeof(troupe_node), NODE_ID, create, good_run, good_destroy, NULL }

/* The export of a plugin with the one node table `node`. */
#define MODULE(init, deinit)                                                                      \
  static const troupe_node* const nodes[] = {&node};                                              \
  const troupe_module troupe_module_v1 = {sizeof(troupe_module),                                  \
                                          TROUPE_ABI_MINOR,                                       \
                                          {troupe_manifest_bytes, sizeof(troupe_manifest_bytes)}, \
                                          init,                                                   \
                                          deinit,                                                 \
                                          1,                                                      \
                                          nodes};

#endif
