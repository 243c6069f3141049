/* Troupe plugin ABI, version 1 (draft: frozen once real providers and process isolation have used it).
 *
 * A plugin is a shared module (*.troupe) that exports exactly one data symbol, `troupe_module_v1`. This header is the
 * whole boundary: plain C11, no library behind it. C++ authors include <troupe/troupe.hpp>, which is sugar over this
 * file.
 *
 * Rules of versions
 *  1. A released field, meaning, error code, port schema or extension id never changes: add, never mutate.
 *  2. Structs grow only at their end and begin with `size`, the sizeof of whoever filled them in. A reader copies
 *     min(theirs, mine) into zeroed memory, or asks TROUPE_HAS() before it touches a field.
 *  3. Everything optional is an extension with an id `troupe.name/N`, asked for by ext(); NULL means not offered.
 *  4. Enums that the plugin passes to the host (error codes) may get further values; enums that the host passes to the
 * plugin get none without an extension.
 *  5. `minor` is printed, never compared. An incompatible change would be `troupe_module_v2`.
 *
 * Rules of ownership: what the host passes is borrowed until the call returns. What the plugin passes is copied before
 * the host's function returns. `self` is made and destroyed by the plugin. Nobody frees the other's memory. There is no
 * further rule.
 *
 * Rules of threads, named at each function
 *  [setup]  never concurrent on one `self`; any thread.
 *  [run]    on the thread that is inside run(); at most one thread is inside one `self`, unless the manifest says
 *           "concurrency": {"per_instance": n} with n > 1, or 0 for any number.
 *  [any]    from any thread while the call is alive, that is until run() (or create()) returns.
 *  Threads that a plugin starts are joined before destroy() returns. A plugin holds no lock of its own around emit().
 *
 * Rules of errors: no exception, longjmp or signal leaves the plugin. A function returns TROUPE_OK or one of the error
 * codes, and has said why with fail() before it does. The host owns retries, back-off, time limits and budgets: a
 * plugin only names the class of its error.
 */
#ifndef TROUPE_TROUPE_H
#define TROUPE_TROUPE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(_WIN32)
#define TROUPE_EXPORT __declspec(dllexport)
#else
#define TROUPE_EXPORT __attribute__((visibility("default")))
#endif

/* The minor version of this header: diagnostic only. */
#define TROUPE_ABI_MINOR 0u

/* True when the struct behind `ptr`, filled in by the other side, is long enough to hold `field`. */
#define TROUPE_HAS(ptr, field) \
  ((size_t)(ptr)->size >= ((size_t)((const char*)&(ptr)->field - (const char*)(ptr)) + sizeof((ptr)->field)))

/* UTF-8 text, borrowed, not NUL-terminated. `p` may be NULL when `n` is 0. */
typedef struct troupe_str {
  const char* p;
  size_t n;
} troupe_str;

/* What run() and create() return, and what fail() is given. The class decides what the host does next. */
enum troupe_code {
  TROUPE_OK = 0,
  TROUPE_E_PERMANENT_REQUEST = 1, /* this request can never succeed: not repeated */
  TROUPE_E_AUTH = 2,              /* key missing or refused: node disabled */
  TROUPE_E_QUOTA_GONE = 3,        /* paid quota used up: node parked until its reset */
  TROUPE_E_RATE_LIMITED = 4,      /* repeated after retry_after_ms, or with back-off */
  TROUPE_E_OVERLOADED = 5,        /* the service is overloaded: repeated with back-off */
  TROUPE_E_TRANSIENT = 6,         /* network or service hiccup: repeated with back-off */
  TROUPE_E_CONTENT = 7,           /* refused or filtered by the model: not repeated */
  TROUPE_E_TRUNCATED = 8,         /* cut at a length limit and not usable: repeated once */
  TROUPE_E_MALFORMED = 9,         /* an answer that cannot be read: repeated once */
  TROUPE_E_CANCELLED = 10,        /* the call was cancelled and the plugin stopped because of it */
  TROUPE_E_UNSUPPORTED = 11,      /* the node cannot do what is asked: not repeated */
  TROUPE_E_INTERNAL = 12          /* a fault of the plugin: not repeated */
};

/* What emit() sends. */
enum troupe_kind {
  TROUPE_VALUE = 0,    /* a value for an output port of the manifest; only this feeds the graph */
  TROUPE_DELTA = 1,    /* {"text": "..."}: a piece of a value while it is made; may be merged or dropped */
  TROUPE_PROGRESS = 2, /* {"done": n, "total": n, "msg": "..."} */
  TROUPE_USAGE = 3,    /* {"input": tokens, "output": tokens}: reported even when the call fails later */
  TROUPE_HOLD = 4,     /* {"until": unix ms or null, "default": "pass"|"drop", "why": "..."}: filters only; keeps the
                          sample until a person decides or the deadline passes */
  TROUPE_RATE = 5      /* {"requests": {"limit": n, "remaining": n, "reset_ms": from now}, "tokens": {...}}: what a
                          service still allows, each part where it says so; also "input_tokens", "output_tokens", and
                          "requests_day", "tokens_day" for limits per day. Reported even when the call fails later */
};

/* Log levels. */
enum troupe_level { TROUPE_DEBUG = 0, TROUPE_INFO = 1, TROUPE_WARNING = 2, TROUPE_ERROR = 3 };

/* The host, as a plugin sees it. Alive from create() until destroy() has returned. */
typedef struct troupe_host {
  uint32_t size;
  void* ctx; /* first argument of every function below */
  /* Writes a line to the host's log; plugin, node and run are added there. [any thread] */
  void (*log)(void* ctx, int level, troupe_str message);
  /* An extension's function table, or NULL when this host does not offer it. Alive as long as the host. [any thread] */
  const void* (*ext)(void* ctx, const char* id);
} troupe_host;

/* One unit of work. The host owns it; it is valid until run() or create() returns. */
typedef struct troupe_call {
  uint32_t size;
  void* ctx;
  /* JSON object: input port name -> value, and `sample` {run, index, seed, prompt} for every kind but sources and
   * sinks. */
  troupe_str input;
  /* Sends a value to an output port. Copied before it returns; may block to slow a fast producer. Returns TROUPE_OK,
   * TROUPE_E_CANCELLED once the call has been cancelled, or TROUPE_E_INTERNAL when the port is not declared or the JSON
   * is not what the port's schema asks for (the call then fails whatever run() returns). [any] */
  int (*emit)(void* ctx, uint32_t kind, troupe_str port, troupe_str json);
  /* 1 once the call has been cancelled, else 0. Cheap: poll it. [any] */
  int (*cancelled)(void* ctx);
  /* Calls fn(arg) once when the call is cancelled, on another thread, or at once if that has happened already. After
   * run() has returned the host is neither inside fn nor will it call it. fn must not block. A later registration
   * replaces the earlier one; fn NULL removes it, and then the host is not inside the earlier fn any more. [run] */
  int (*on_cancel)(void* ctx, void (*fn)(void* arg), void* arg);
  /* Ends the call with a sentence for the user; the first one counts. `retry_after_ms` < 0 when unknown. Returns
   * `code`, so that a plugin can write `return call->fail(...)`. [any] */
  int (*fail)(void* ctx, int code, troupe_str message, int64_t retry_after_ms);
} troupe_call;

/* One node type. */
typedef struct troupe_node {
  uint32_t size;
  const char* id; /* as in the manifest, for example "troupe.provider.storyteller"; NUL-terminated */
  /* Makes an instance. `options` is the JSON object of the node, checked against the manifest's schema and completed
   * with its defaults by the host. Only fail() of `report` may be used. On failure *self is left alone. [setup] */
  int (*create)(const troupe_host* host, troupe_str options, troupe_call* report, void** self);
  /* Does one unit of work; may block. [run] */
  int (*run)(void* self, troupe_call* call);
  /* Destroys an instance; no call is inside it. [setup] */
  void (*destroy)(void* self);
  /* Extensions that the node offers to the host; NULL, or returns NULL for what it does not know. [any thread] */
  const void* (*ext)(void* self, const char* id);
} troupe_node;

/* What a plugin exports, as `troupe_module_v1`. */
typedef struct troupe_module {
  uint32_t size;
  uint32_t minor; /* TROUPE_ABI_MINOR of the header that it was built with: printed, never compared */
  troupe_str
      manifest; /* the same bytes as the section .troupe_manifest, which the host reads without running anything */
  int (*init)(
      const troupe_host* host); /* NULL, or called once after loading; may be called again after deinit. [setup] */
  void (*deinit)(void);         /* NULL, or called once before unloading, when no instance is left. [setup] */
  uint32_t count;
  const troupe_node* const* nodes; /* `count` of them, in the manifest's order */
} troupe_module;

extern TROUPE_EXPORT const troupe_module troupe_module_v1;

#ifdef __cplusplus
}
#endif
#endif
