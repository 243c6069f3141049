/* Extension troupe.model/1: a node asks the models that its pipeline has cast for its roles ("models" of the manifest
 * and of the pipeline). The host applies the asked node's limits, retries, pace, budget and cancel, and keeps the
 * answer in its journal. Draft, like the ABI.
 *
 * The request is a JSON object; a member that is not listed here is refused.
 *   "role"             one of the manifest's roles; needed
 *   "at"               which of the providers cast for it, from 0 (the default) on
 *   "messages"         [{"role": "system"|"user"|"assistant", "content"}]; needed
 *   "temperature", "max_tokens", "stop" (strings), "seed"
 *                      as providers take them; without "seed" the provider gets one that follows from the sample, the
 *                      caller and the request
 *   "response_schema"  JSON Schema of the answer's text: the provider is asked for JSON, and the host checks the text
 *                      against it; another answer is TROUPE_E_MALFORMED, after the provider's retries
 *   "key"              tells apart requests that are equal otherwise; without it they are told apart by their order
 * The answer is a candidate as it flows: {"id", "node", "model", "text", "finish", "usage", "cost", "latency_ms",
 * "attempts"}, of the provider asked. It is no candidate of the sample.
 *
 * Within one sample the same request of the same node about the same candidate gets the same answer, also in a further
 * attempt of the caller's and after a resume: it is asked once. Only the n-th equal request of one attempt is another
 * one, so a node that wants several opinions just asks several times.
 *
 * While a call waits in complete() its own time limit (limits.timeout_s) stands still: the limits of whom it asks bound
 * the wait. Its thread does the work of the node that it asks, so waiting costs no thread and no slot that anybody
 * needs.
 */
#ifndef TROUPE_EXT_MODEL_H
#define TROUPE_EXT_MODEL_H

#include <troupe/troupe.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TROUPE_MODEL_ID "troupe.model/1"

/* What on_answer is given. */
enum troupe_model_part {
  TROUPE_MODEL_ANSWER = 0, /* the candidate */
  TROUPE_MODEL_PROBLEM = 1 /* when there is none: {"code", "message"} */
};

typedef struct troupe_model {
  uint32_t size;
  void* ctx; /* first argument of every function below */
  /* Asks, and waits for the answer. `on_answer` is called once, on this thread, before it returns. Else than TROUPE_OK
   * it returns the class of the failure after all retries; the plugin may return that as it is, without fail(): the
   * host knows the reason, and does not repeat the caller's call for it. TROUPE_E_PERMANENT_REQUEST: a request that is
   * not of this shape, or a role that nobody is cast for. TROUPE_E_UNSUPPORTED: there are no models here (outside of a
   * run). TROUPE_E_CANCELLED: the call was cancelled, or the run pauses; end the call, it will be made again. [any
   * thread, while the call is alive] */
  int (*complete)(void* ctx, troupe_call* call, troupe_str request,
                  void (*on_answer)(void* arg, uint32_t part, troupe_str json), void* arg);
  /* The cast: {"roles": {"judge": [{"node", "type", "model"}]}, "candidates": [{"node", "type", "model"}]}. `model` is
   * the option of that name, and is missing where the node has none; a role without a provider has an empty list.
   * `on_cast` is called once, before it returns. [any thread, while the call is alive] */
  int (*cast)(void* ctx, troupe_call* call, void (*on_cast)(void* arg, troupe_str json), void* arg);
} troupe_model;

#ifdef __cplusplus
}
#endif
#endif
