/* Extension troupe.http/1: outbound HTTP through the host, which does TLS, connection reuse, proxies, time limits,
 * secrets and signatures. Draft, like the ABI.
 *
 * The request is a JSON object:
 *   "method"     "GET", "POST", …
 *   "url"        absolute, http or https; its host must be one that the node's manifest (capabilities.net) or one of
 * its troupe-url options names "headers"    {name: value} "body"       text, or "body_base64" for any bytes
 *   "timeout_ms" from start to the last byte; the call's own time limit counts as well
 *   "sign"       [{"header", "secret", "prefix"}]: HMAC-SHA256 of the body with the secret, as lower-case hex after the
 * prefix
 * "${secret:NAME}" in the url, in a header or in "sign" stands for the value of a secret, which the plugin never sees:
 * the host puts it in, and only for hosts that the secret is bound to.
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
  TROUPE_HTTP_HEAD = 0, /* once, first: {"status": 200, "headers": {lower-case name: value}} */
  TROUPE_HTTP_BODY = 1  /* a piece of the body, decoded from transfer and content encoding; any number of times */
};

typedef struct troupe_http {
  uint32_t size;
  void* ctx; /* first argument of every function below */
  /* Sends the request and waits for the answer. `on_part` is called on this thread; a value other than 0 ends the
   * request. Any status that the server answers with is TROUPE_OK: what it means is the plugin's to say. Else the class
   * of what went wrong (TROUPE_E_TRANSIENT for a connection that fails, TROUPE_E_CANCELLED, TROUPE_E_PERMANENT_REQUEST
   * for a request that is not allowed or not of this shape, TROUPE_E_AUTH for a secret that is not there), and the
   * reason has been reported with call->fail(), so that a plugin may return the code as it is. [run] */
  int (*request)(void* ctx, troupe_call* call, troupe_str request,
                 int (*on_part)(void* arg, uint32_t part, troupe_str bytes), void* arg);
} troupe_http;

#ifdef __cplusplus
}
#endif
#endif
