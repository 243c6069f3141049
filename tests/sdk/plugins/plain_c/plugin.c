/* A provider in C11: what the boundary asks for when nothing hides it. */
#include <stdlib.h>
#include <string.h>
#include <troupe/troupe.h>

#include "troupe_manifest.h"

typedef struct self_t {
  const troupe_host* host;
} self_t;

static troupe_str str(const char* text) {
  troupe_str s;
  s.p = text;
  s.n = strlen(text);
  return s;
}

static int create(const troupe_host* host, troupe_str options, troupe_call* report, void** self) {
  self_t* made = malloc(sizeof(self_t));
  (void)options;
  if (made == NULL) return report->fail(report->ctx, TROUPE_E_INTERNAL, str("out of memory"), -1);
  made->host = host;
  *self = made;
  return TROUPE_OK;
}

static int run(void* self, troupe_call* call) {
  const troupe_host* host = ((const self_t*)self)->host;
  if (call->cancelled(call->ctx)) return call->fail(call->ctx, TROUPE_E_CANCELLED, str("cancelled"), -1);
  host->log(host->ctx, TROUPE_DEBUG, str("answering"));
  return call->emit(call->ctx, TROUPE_VALUE, str("candidate"), str("{\"text\":\"Hello from C.\"}"));
}

static void destroy(void* self) { free(self); }

static const troupe_node node = {sizeof(troupe_node), "org.example.plain_c", create, run, destroy, NULL};
static const troupe_node* const nodes[] = {&node};

const troupe_module troupe_module_v1 = {sizeof(troupe_module),
                                        TROUPE_ABI_MINOR,
                                        {troupe_manifest_bytes, sizeof(troupe_manifest_bytes)},
                                        NULL,
                                        NULL,
                                        1,
                                        nodes};
