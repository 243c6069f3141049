// One EventSource that is kept alive: it comes back after statuses at which browsers give up, notices a silent connection, and asks for what is missing.

export const DURABLE = ["run", "sample", "log", "notice", "complete", "failed"];
export const EPHEMERAL = ["progress", "node", "delta", "hello", "snapshot", "reset", "hb", "bye"];

const CONNECT_MS = 15000; // From a request to its hello.
const CLOSED = 2; // EventSource.CLOSED

/** The world outside, as tests replace it. */
export const browser = () => ({
  open: (url, credentials) => new EventSource(url, { withCredentials: credentials }),
  after: (ms, fn) => setTimeout(fn, ms),
  cancel: (timer) => clearTimeout(timer),
  now: () => Date.now(),
  random: () => Math.random(),
});

/** Wait before attempt `n` (0, 1, …): 0.5-1 times a doubling second, at most 30 s. */
export function backoff(n, random) {
  return Math.min(30000, 1000 * 2 ** Math.min(n, 10)) * (0.5 + 0.5 * random);
}

export class EventStream {
  /**
   * onEvent(event): every event, each durable one once and in order. onStatus("connecting" | "open" | "reconnecting" | "closed").
   * `lastId`: the newest id that is known already.
   */
  constructor(url, { onEvent, onStatus = () => {}, credentials = false, lastId = "", numbers = {}, world = browser() }) {
    this.url = url;
    this.onEvent = onEvent;
    this.onStatus = onStatus;
    this.credentials = credentials;
    this.world = world;
    this.lastId = lastId;
    this.numbers = new Map(Object.entries(numbers)); // Newest n of each run.
    this.heartbeat = 10000;
    this.attempts = 0;
    this.heard = world.now();
    this.askedAt = ""; // Where the last gap was asked for; the same one is not asked for twice.
    this.status = "";
    this.connect();
  }

  close() {
    this.#drop();
    this.#tell("closed");
  }

  connect() {
    this.#drop();
    this.#tell(this.attempts === 0 && this.lastId === "" ? "connecting" : "reconnecting");
    const url = this.lastId === "" ? this.url : `${this.url}${this.url.includes("?") ? "&" : "?"}last_event_id=${encodeURIComponent(this.lastId)}`;
    const source = this.world.open(url, this.credentials);
    this.source = source;
    for (const type of [...DURABLE, ...EPHEMERAL])
      source.addEventListener(type, (message) => {
        if (source === this.source) this.#take(message);
      });
    source.onerror = () => {
      if (source !== this.source) return;
      this.#tell("reconnecting");
      if (source.readyState === CLOSED) this.#later(backoff(this.attempts++, this.world.random()));
    };
    this.#watch(CONNECT_MS);
  }

  #take(message) {
    let event;
    try {
      event = JSON.parse(message.data);
    } catch {
      return; // Not of ours.
    }
    this.heard = this.world.now();
    this.#watch(3 * this.heartbeat);
    if (event.type === "hello") {
      this.heartbeat = event.hb_ms;
      this.epoch = event.epoch;
      this.attempts = 0;
      this.#watch(3 * this.heartbeat);
      this.#tell("open");
    } else if (event.type === "reset") {
      this.numbers.clear();
      this.lastId = "";
    } else if (event.type === "snapshot") {
      this.numbers.clear();
      this.lastId = `${this.epoch}-${event.head}`;
    } else if (event.type === "bye") {
      this.onEvent(event);
      this.#later(event.retry_ms * (1 + this.world.random()));
      this.#tell("reconnecting");
      return;
    } else if (DURABLE.includes(event.type) && !this.#inOrder(event, message.lastEventId)) {
      return;
    }
    this.onEvent(event);
  }

  // Whether a durable event is the next of its run; what was there before is left out, what is missing is asked for.
  #inOrder(event, id) {
    const known = this.numbers.get(event.run);
    if (known !== undefined && event.n <= known) return false;
    if (known !== undefined && event.n > known + 1 && this.askedAt !== id) {
      this.askedAt = id;
      this.#later(0);
      return false;
    }
    this.numbers.set(event.run, event.n);
    this.lastId = id;
    return true;
  }

  #later(ms) {
    this.#drop();
    this.timer = this.world.after(ms, () => this.connect());
  }

  #watch(ms) {
    if (this.timer !== undefined) this.world.cancel(this.timer);
    this.timer = this.world.after(ms, () => {
      this.#tell("reconnecting");
      this.#later(backoff(this.attempts++, this.world.random()));
    });
  }

  #drop() {
    if (this.timer !== undefined) this.world.cancel(this.timer);
    this.timer = undefined;
    if (this.source) this.source.close();
    this.source = undefined;
  }

  #tell(status) {
    if (status === this.status) return;
    this.status = status;
    this.onStatus(status);
  }
}
