// One event stream for all tabs of a browser: who holds the lock has the connection and tells the others. Where there are no locks (a page that is
// not secure) each tab has its own.

import { EventStream, browser } from "./event-stream.js";
import { Runs } from "./run-state.js";

/** Whether tabs can share here. */
export const canShare = () => globalThis.isSecureContext === true && !!globalThis.navigator?.locks && typeof globalThis.BroadcastChannel === "function";

export class SharedStream {
  /** onEvent(event, changed run ids), onStatus(status). The state of all runs is in `runs`. */
  constructor(url, { onEvent, onStatus, credentials = false, share = canShare(), world = browser() }) {
    this.url = url;
    this.credentials = credentials;
    this.world = world;
    this.onEvent = onEvent;
    this.onStatus = onStatus;
    this.runs = new Runs();
    this.lastId = "";
    this.heard = world.now();
    this.heartbeat = 10000;
    this.leading = false;
    if (share) this.#share();
    else this.#lead();
  }

  /** What is known, as the server would tell it. */
  snapshot() {
    const head = Number(this.lastId.slice(this.lastId.lastIndexOf("-") + 1));
    return { type: "snapshot", at: this.world.now(), head, runs: [...this.runs.states.values()] };
  }

  close() {
    this.closed = true;
    this.stream?.close();
    this.abort?.abort();
    this.release?.();
    this.channel?.close();
    if (this.watch !== undefined) this.world.cancel(this.watch);
  }

  #share() {
    this.name = `troupe ${this.credentials ? "+" : ""}${this.url}`;
    this.id = Math.random().toString(36).slice(2);
    this.channel = new BroadcastChannel(this.name);
    this.channel.onmessage = ({ data }) => this.#hear(data);
    this.#queue({});
    this.#say({ kind: "join", from: this.id });
    this.#watchLeader();
  }

  // Leads as soon as nobody else does. With `steal`, at once: the other is no longer heard.
  #queue(options) {
    this.abort = new AbortController();
    const wait = options.steal ? options : { signal: this.abort.signal };
    navigator.locks
      .request(this.name, wait, () => {
        if (this.closed) return undefined;
        this.#lead();
        return new Promise((resolve) => (this.release = resolve));
      })
      .catch(() => {
        if (this.closed || !this.leading) return;
        // Another tab took over while this one was asleep.
        this.leading = false;
        this.stream.close();
        this.stream = undefined;
        this.#queue({});
        this.#say({ kind: "join", from: this.id });
        this.#watchLeader();
      });
  }

  #lead() {
    this.leading = true;
    if (this.watch !== undefined) this.world.cancel(this.watch);
    const numbers = {};
    for (const [run, state] of this.runs.states) if (state.n > 0) numbers[run] = state.n;
    this.stream = new EventStream(this.url, {
      credentials: this.credentials,
      lastId: this.lastId,
      numbers,
      world: this.world,
      onEvent: (event) => {
        this.lastId = this.stream?.lastId ?? this.lastId;
        this.#take(event);
        this.#say({ kind: "event", event, lastId: this.lastId });
      },
      onStatus: (status) => {
        this.#status(status);
        this.#say({ kind: "status", status });
      },
    });
  }

  #hear(message) {
    if (message.kind === "join" && this.leading) {
      if (this.lastId !== "") this.#say({ kind: "event", to: message.from, lastId: this.lastId, event: this.snapshot() });
      this.#say({ kind: "status", to: message.from, status: this.stream?.status ?? "connecting" });
    }
    if (this.leading || (message.to && message.to !== this.id)) return;
    this.heard = this.world.now();
    this.#watchLeader();
    if (message.kind === "event") {
      this.lastId = message.lastId;
      this.#take(message.event);
    } else if (message.kind === "status") {
      this.#status(message.status);
    }
  }

  // A leader that is asleep holds the lock and says nothing.
  #watchLeader() {
    if (this.watch !== undefined) this.world.cancel(this.watch);
    this.watch = this.world.after(4 * this.heartbeat + 5000, () => {
      if (this.leading || this.closed) return;
      this.abort.abort();
      this.#queue({ steal: true });
    });
  }

  #take(event) {
    this.heard = this.world.now();
    if (event.type === "hello") this.heartbeat = event.hb_ms;
    const changed = this.runs.take(event);
    const known = event.run && event.n !== undefined && changed.length === 0;
    if (!known) this.onEvent(event, changed);
  }

  #status(status) {
    this.status = status;
    this.onStatus(status);
  }

  #say(message) {
    if (this.channel && !this.closed) this.channel.postMessage(message);
  }
}
