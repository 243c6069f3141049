// <troupe-progress src="https://host/runs/latest">: the panel of a run, live. Styled by custom properties (--troupe-…) and ::part().

import { connect } from "./troupe.js";
import { ProgressView } from "./progress-view.js";

/** Base, run and ticket of a `src` like ".../runs/latest?ticket=…" or ".../api/v1/runs/stories-7f3a". */
export function parseSrc(src, base) {
  const url = new URL(src, base);
  const match = /^(.*?)(?:\/api\/v1)?\/runs\/([^/]+?)(?:\/events)?\/?$/.exec(url.pathname);
  if (!match) throw new Error(`troupe-progress: src "${src}" does not end in runs/<id> or runs/latest`);
  return { base: `${url.origin}${match[1]}/`, run: decodeURIComponent(match[2]), ticket: url.searchParams.get("ticket") ?? "" };
}

export class TroupeProgress extends HTMLElement {
  static observedAttributes = ["src", "ticket", "only", "credentials"];

  #view = new ProgressView(this.attachShadow({ mode: "open" }));
  #state = null;
  #shownState = "";

  /** The run as it is shown, or null. */
  get state() {
    return this.#state;
  }

  connectedCallback() {
    this.#start();
    this.clock = setInterval(() => this.#tick(), 1000);
  }

  disconnectedCallback() {
    clearInterval(this.clock);
    this.#stop();
  }

  attributeChangedCallback(name, before, after) {
    if (this.isConnected && this.clock !== undefined && before !== after) this.#start();
  }

  #stop() {
    this.unsubscribe?.();
    this.unsubscribe = undefined;
    if (this.frame) cancelAnimationFrame(this.frame);
    this.frame = 0;
  }

  // `only`: by the stream of this run alone. Needed with a ticket, and for a run that the stream of all says nothing of, since it is over.
  #start(only = this.hasAttribute("only")) {
    this.#stop();
    this.#state = null;
    this.#shownState = "";
    this.#view.show(null, Date.now());
    const src = this.getAttribute("src");
    if (src === null) return;
    try {
      const { base, run, ticket } = parseSrc(src, document.baseURI);
      const pass = this.getAttribute("ticket") ?? ticket;
      const one = only || pass !== "";
      this.connection = connect({ base, ticket: pass, run: one ? run : "", credentials: this.hasAttribute("credentials") });
      const take = (event, state) => {
        if (!one && state === null && run !== "latest" && event.type === "snapshot") this.#start(true);
        else this.#take(event, state);
      };
      // The server has chosen the run of a stream of one.
      this.unsubscribe = this.connection.subscribe(one ? "latest" : run, take, () => this.#tick());
    } catch (error) {
      this.#view.warn(error.message);
    }
  }

  #take(event, state) {
    if (state !== null) this.#state = { ...state, seen: state.progress === this.#state?.progress ? this.#state.seen : Date.now() };
    if (event.type === "reset") this.#state = null;
    if (!this.frame)
      this.frame = requestAnimationFrame(() => {
        this.frame = 0;
        this.#view.show(this.#state, Date.now());
      });
    // A page in the background draws nothing; who listens is told all the same.
    if (event.type === "sample") this.#fire("troupe-sample", event);
    if (state?.progress && ["sample", "progress", "snapshot", "run"].includes(event.type)) this.#fire("troupe-progress", { run: state.id, ...state.progress });
    const now = state ? `${state.id} ${state.state} ${state.reason}` : "";
    if (state && now !== this.#shownState) {
      this.#shownState = now;
      this.#fire("troupe-state", { run: state.id, state: state.state, reason: state.reason });
      if (state.state === "complete") this.#fire("troupe-complete", { run: state.id, result: state.result });
    }
  }

  #tick() {
    this.#view.tick(this.#state, Date.now());
    const connection = this.connection;
    if (!connection) return;
    const age = Math.floor((Date.now() - connection.heardAt) / 1000);
    const silent = age * 1000 > 2 * connection.heartbeatMs;
    if (connection.status === "open" && !silent) this.#view.warn("");
    else if (connection.status === "connecting" && age < 3) this.#view.warn("");
    else this.#view.warn(`Data is ${age} s old${connection.status === "open" ? "" : " - reconnecting"}`);
  }

  #fire(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }
}

if (!customElements.get("troupe-progress")) customElements.define("troupe-progress", TroupeProgress);
