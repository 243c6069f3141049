/* Extension troupe.http/1: outbound HTTP through the host, which does TLS, connection reuse, proxies, time limits,
 * secrets and signatures. Draft, like the ABI.
 *
 * The request is a JSON object; a member that is not listed here is refused.
 *   "method"         "GET" when it is missing
 *   "url"            absolute, http or https; its host must be one that the node's manifest (capabilities.net) or one
 *                    of its troupe-url options names
 *   "headers"        {name: value}; not those that frame the message (Host, Content-Length, Connection, ...)
 *   "body"           text, or "body_base64" for any bytes
 *   "timeout_ms"     from start to the last byte, 60000 when it is missing; the call's own time limit counts as well
 *   "first_byte_ms"  from start to the head of the answer
 *   "idle_ms"        between two pieces of the answer, also to the first one after its head
 *   "sign"           [{"header", "secret", "prefix"}]: HMAC-SHA256 of the body with the secret, as lower-case hex after
 *                    the prefix
 *   "mode"           how the answer's body is given: "body", which is also what happens without it, in pieces as they
 *                    come; "lines", line by line (NDJSON); "sse", event by event (text/event-stream). An answer that is
 *                    not of the kind that the mode is for comes as a body: any status but 2xx, in "sse" also any other
 *                    Content-Type. Another mode is TROUPE_E_UNSUPPORTED
 * "${secret:NAME}" in the url, in a header or in "sign" stands for the value of a secret, which the plugin never sees:
 * the host puts it in, only for hosts that the secret is bound to, and takes it out of the answer. Where the whole
 * address is a secret, its host may also be one that the secret is bound to.
 *
 * Redirects are not followed: 3xx is an answer like any other. An answer is at most 64 MiB, its head 64 KiB, a line or
 * an event 16 MiB.
 */
#ifndef TROUPE_EXT_HTTP_H
#define TROUPE_EXT_HTTP_H

#include <troupe/troupe.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TROUPE_HTTP_ID "troupe.http/1"

/* What on_part is given. */
enum troupe_http_part {
  /* once, first: {"status": 200, "headers": {lower-case name: value}}; several of one name are joined by ", " */
  TROUPE_HTTP_HEAD = 0,
  /* a piece of the body, decoded from transfer and content encoding; any number of times */
  TROUPE_HTTP_BODY = 1,
  /* last, when the request fails: {"code", "message"}; what on_part returns for it means nothing */
  TROUPE_HTTP_PROBLEM = 2,
  /* mode "lines": a line without its end (LF or CR LF), also an empty one, and the last one when it has no end */
  TROUPE_HTTP_LINE = 3,
  /* mode "sse": an event that is complete: its name ("message" when it has none), a LF, its data */
  TROUPE_HTTP_EVENT = 4
};

typedef struct troupe_http {
  uint32_t size;
  void* ctx; /* first argument of every function below */
  /* Sends the request and waits for the answer. `on_part` is called on this thread, and may take its time: the server
   * is slowed down. A value other than 0 from it ends the request and is returned. Any status that the server answers
   * with is TROUPE_OK: what it means is the plugin's to say. Else the class of what went wrong: TROUPE_E_TRANSIENT for
   * a connection that fails or a time that is over, TROUPE_E_CANCELLED, TROUPE_E_PERMANENT_REQUEST for a request that
   * is not allowed or not of this shape, TROUPE_E_AUTH for a secret that is not there, TROUPE_E_MALFORMED for an answer
   * that is no HTTP. The plugin may return that code as it is, without fail(): the host knows the reason. [run] */
  int (*request)(void* ctx, troupe_call* call, troupe_str request,
                 int (*on_part)(void* arg, uint32_t part, troupe_str bytes), void* arg);
} troupe_http;

#ifdef __cplusplus
}
#endif
#endif
