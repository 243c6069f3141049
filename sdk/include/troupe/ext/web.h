/* Extension troupe.web/1: a node on the host's own HTTP server. Draft, like the ABI.
 *
 * A web node is messages only, so that it can live in another process: it declares in create() what it serves, and is
 * then called through run(). The host owns sockets, ids, ring, replay, conflation, heartbeat, rights and limits.
 *
 *   port `event`    in   troupe:event/1. Beside it the input has `id`, the id of a durable event on the wire
 * ("<epoch>-<number>"); absent for ephemeral ones. A web sink is a pure function of this input: the host calls it once
 * for an event and gives the frame to every subscriber, and calls it again for the same event to replay it, also in
 * another order. Beside the durable events it is given, where its manifest's `events` names them: progress, node,
 * delta, hello, snapshot, reset, hb, bye. port `frame`    out  troupe:frame/1: {"stream": name, "text": the bytes as
 * they go on the wire}. At most one for a stream and an event. port `request`  in   troupe:request/1: {"method",
 * "path", "params", "query", "headers", "body", "base", "right"} port `response` out  troupe:response/1: {"status",
 * "headers", "body"}; exactly one answer to a request
 */
#ifndef TROUPE_EXT_WEB_H
#define TROUPE_EXT_WEB_H

#include <troupe/troupe.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TROUPE_WEB_ID "troupe.web/1"

typedef struct troupe_web {
  uint32_t size;
  void* ctx; /* first argument of every function below */
  /* Says what the node serves; once, in create(). JSON object:
   *   "streams":  [{"name", "paths": ["/api/v1/events", "/api/v1/runs/{run}/events"], "content_type", "heartbeat_ms"}]
   *               without {run} in its path a stream carries the events of all runs, with it those of one ("latest"
   * names the newest); "requests": [{"method", "path", "right": "none" | "watch" | "operate"}] answered through run();
   * a path may have {names}. Returns TROUPE_OK; TROUPE_E_PERMANENT_REQUEST when it is not of this shape;
   * TROUPE_E_UNSUPPORTED when a path is taken. The reason is in the log. Where nothing is served (a probe, a run inside
   * a server) declarations are taken and mean nothing. [create()] */
  int (*declare)(void* ctx, troupe_str json);
  /* A file that is served as it is, with an ETag, to whoever may reach the server; copied. [create()] */
  int (*asset)(void* ctx, troupe_str path, troupe_str content_type, troupe_str body);
} troupe_web;

#ifdef __cplusplus
}
#endif
#endif
