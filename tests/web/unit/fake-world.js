// A world for EventStream: time stands still until it is turned, connections are opened by hand.

export class FakeSource {
  constructor(url, credentials) {
    this.url = url;
    this.credentials = credentials;
    this.readyState = 0;
    this.listeners = new Map();
  }
  addEventListener(type, listener) {
    this.listeners.set(type, listener);
  }
  close() {
    this.readyState = 2;
    this.closed = true;
  }
  /** The server sends an event. */
  send(event, id = "") {
    this.readyState = 1;
    if (id !== "") this.lastEventId = id;
    this.listeners.get(event.type)?.({ data: JSON.stringify(event), lastEventId: this.lastEventId ?? "" });
  }
  hello(more = {}) {
    this.send({ type: "hello", at: 1, epoch: "a1", head: 0, replay_from: null, hb_ms: 1000, schema: 1, ...more });
  }
  durable(run, n, id, more = {}) {
    this.send({ type: "log", run, at: 1, id, n, level: "info", source: "host", message: `${run} ${n}`, ...more }, `a1-${id}`);
  }
  /** The connection is cut; the browser tries again by itself. */
  cut() {
    this.readyState = 0;
    this.onerror?.();
  }
  /** A status at which the browser gives up. */
  refuse() {
    this.readyState = 2;
    this.onerror?.();
  }
}

export class FakeWorld {
  constructor() {
    this.time = 1000;
    this.timers = [];
    this.sources = [];
    this.chance = 1;
    Object.assign(this, {
      open: (url, credentials) => {
        const source = new FakeSource(url, credentials);
        this.sources.push(source);
        return source;
      },
      after: (ms, fn) => {
        const timer = { at: this.time + ms, fn };
        this.timers.push(timer);
        return timer;
      },
      cancel: (timer) => (this.timers = this.timers.filter((other) => other !== timer)),
      now: () => this.time,
      random: () => this.chance,
    });
  }
  get last() {
    return this.sources.at(-1);
  }
  turn(ms) {
    const until = this.time + ms;
    for (;;) {
      this.timers.sort((a, b) => a.at - b.at);
      if (this.timers.length === 0 || this.timers[0].at > until) break;
      const { at, fn } = this.timers.shift();
      this.time = at;
      fn();
    }
    this.time = until;
  }
}
