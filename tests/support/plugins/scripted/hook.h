/* How the scripted plugin speaks with the test that runs it in the same process: option "hook" is the address of one of
 * these, as text. */
#ifndef TROUPE_TEST_SCRIPTED_HOOK_H
#define TROUPE_TEST_SCRIPTED_HOOK_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct scripted_hook {
  void* ctx;
  /* `what` happens in the node with option "label": create, run (text: the input), blocked, cancelled, back (run()
   * returns), late (the code that an emit after the cancel gave), destroy. `self` tells instances apart. May block.
   * [any thread] */
  void (*tell)(void* ctx, const char* label, const char* what, int64_t index, const void* self, const char* text,
               size_t n);
} scripted_hook;

#ifdef __cplusplus
}
#endif
#endif
