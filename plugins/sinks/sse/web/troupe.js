// Troupe's event stream for a page: connect({ base }).subscribe("latest", (event, state) => …). No dependencies.

import { SharedStream } from "./shared-stream.js";

export { EventStream, backoff } from "./event-stream.js";
export { Runs, applyEvent, clock, floored, fromSnapshot, logLine } from "./run-state.js";

/** Base of the server that this module came from. */
const home = new URL("..", import.meta.url).href;

const connections = new Map();

/**
 * The connection to a server; one for all who ask for the same. `base`: where the server is (default: where this module came from). With a `ticket`
 * only its `run` can be watched. `credentials`: send cookies to another origin.
 */
export function connect({ base = home, run = "", ticket = "", credentials = false } = {}) {
  const root = new URL(base.endsWith("/") ? base : `${base}/`, globalThis.document?.baseURI);
  const url = new URL(ticket === "" && run === "" ? "api/v1/events" : `api/v1/runs/${encodeURIComponent(run || "latest")}/events`, root);
  if (ticket !== "") url.searchParams.set("ticket", ticket);
  const key = `${credentials} ${url}`;
  let connection = connections.get(key);
  if (!connection) {
    connection = new Connection(url.href, credentials, () => connections.delete(key));
    connections.set(key, connection);
  }
  return connection;
}

class Connection {
  #subscribers = new Set();
  #end;

  constructor(url, credentials, end) {
    this.url = url;
    this.credentials = credentials;
    this.#end = end;
    this.status = "connecting";
  }

  /** When something was heard last, Unix milliseconds. */
  get heardAt() {
    return this.stream ? this.stream.heard : 0;
  }
  get heartbeatMs() {
    return this.stream ? this.stream.heartbeat : 10000;
  }
  /** Whether this tab holds the connection, for all tabs. */
  get leading() {
    return this.stream ? this.stream.leading : false;
  }

  /**
   * listener(event, state) for every event of the run: an id, "latest" (follows the newest one) or "*" (all). `state` is the run as the events so far
   * tell it, or null. Called with a "snapshot" first. Returns a function that ends it; with the last one the connection is closed.
   */
  subscribe(run, listener, onStatus = () => {}) {
    const subscriber = { run, listener, onStatus };
    this.#subscribers.add(subscriber);
    if (!this.stream) this.#start();
    else this.#welcome(subscriber);
    return () => {
      if (!this.#subscribers.delete(subscriber) || this.#subscribers.size > 0) return;
      this.stream.close();
      this.stream = undefined;
      this.#end();
    };
  }

  /** The run as it is known now, or null. */
  state(run = "latest") {
    return this.stream ? this.stream.runs.find(run) : null;
  }

  #start() {
    this.stream = new SharedStream(this.url, {
      credentials: this.credentials,
      onEvent: (event, changed) => this.#hand(event, changed),
      onStatus: (status) => {
        this.status = status;
        for (const { onStatus } of this.#subscribers) onStatus(status);
      },
    });
  }

  #welcome(subscriber) {
    const stream = this.stream;
    queueMicrotask(() => {
      if (!this.#subscribers.has(subscriber)) return;
      subscriber.onStatus(this.status);
      const state = stream.runs.find(subscriber.run);
      if (state || subscriber.run === "*")
        subscriber.listener(stream.snapshot(), state);
    });
  }

  #hand(event, changed) {
    for (const { run, listener } of [...this.#subscribers]) {
      const state = this.stream?.runs.find(run) ?? null;
      const concerned = run === "*" || !event.run || (state !== null && state.id === event.run);
      if (!concerned || (event.type === "snapshot" && run !== "*" && state && !changed.includes(state.id))) continue;
      try {
        listener(event, state);
      } catch (error) {
        console.error("troupe: a listener threw", error);
      }
    }
  }
}
