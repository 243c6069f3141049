/* Extension troupe.clock/1: time that tests can turn, and randomness that a repeated run gets again. */
#ifndef TROUPE_EXT_CLOCK_H
#define TROUPE_EXT_CLOCK_H

#include <troupe/troupe.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TROUPE_CLOCK_ID "troupe.clock/1"

typedef struct troupe_clock {
  uint32_t size;
  void* ctx; /* first argument of every function below */
  /* Milliseconds since 1970-01-01 UTC. [any thread] */
  int64_t (*unix_ms)(void* ctx);
  /* Nanoseconds of a clock that never goes back; its origin is arbitrary. [any thread] */
  int64_t (*steady_ns)(void* ctx);
  /* Waits, or returns TROUPE_E_CANCELLED as soon as `call` is cancelled; else TROUPE_OK. [any] */
  int (*sleep)(void* ctx, troupe_call* call, int64_t ms);
  /* The next number of a sequence that depends only on the run's seed, the sample's index, the node's name and how many
   * numbers this call has taken before: the same at any concurrency, for every attempt and after a resume. [any] */
  uint64_t (*random)(void* ctx, troupe_call* call);
} troupe_clock;

#ifdef __cplusplus
}
#endif
#endif
