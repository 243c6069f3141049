// What a run looks like: folded from a snapshot and the events after it.

const LOG_LINES = 10;

/** State of a run that nothing is known of. */
export function newRun(run) {
  return { id: run, n: 0, created_at: 0, pipeline: "", state: "", reason: "", progress: null, log: [], result: null, at: 0 };
}

/** `[3:45:23 PM]` in the reader's time zone. */
export function clock(ms) {
  const time = new Date(ms);
  const two = (value) => String(value).padStart(2, "0");
  const hours = time.getHours();
  return `${hours % 12 === 0 ? 12 : hours % 12}:${two(time.getMinutes())}:${two(time.getSeconds())} ${hours < 12 ? "AM" : "PM"}`;
}

/** One decimal, rounded down: 7.96 is not shown as the 8.0 that it missed. */
export function floored(value) {
  return (Math.floor(value * 10 + 1e-9) / 10).toFixed(1);
}

/** The line of a settled sample in the training log. */
export function logLine(event) {
  const total = event.progress ? event.progress.total : "?";
  const head = `[${clock(event.at)}] Sample ${event.number}/${total} - ${event.genre ?? "-"} - `;
  return head + (event.ok ? `Quality: ${floored(event.quality)}/10 - Model: ${event.model}` : `Failed: ${event.reason}`);
}

/** The state that an entry of a snapshot describes. Its last events, where it has them, give the log. */
export function fromSnapshot(entry) {
  const state = newRun(entry.id);
  for (const name of ["n", "created_at", "pipeline", "state", "reason", "progress", "log", "result", "at"])
    if (entry[name] !== undefined && entry[name] !== null) state[name] = entry[name];
  if (entry.recent) state.log = entry.recent.map(logLine).slice(-LOG_LINES);
  return state;
}

/** The state after an event; `state` stays as it is. */
export function applyEvent(state, event) {
  const next = { ...state, at: Math.max(state.at, event.at) };
  if (event.n !== undefined) next.n = event.n;
  switch (event.type) {
    case "run":
      next.state = event.state === "resumed" ? "running" : event.state;
      next.reason = event.reason ?? "";
      if (event.pipeline) next.pipeline = event.pipeline;
      if (event.progress) next.progress = event.progress;
      if (next.state === "running") next.result = null;
      break;
    case "sample":
      next.progress = event.progress;
      next.log = [...state.log, logLine(event)].slice(-LOG_LINES);
      if (next.state === "") next.state = "running";
      break;
    case "progress": {
      const { type, run, at, ...progress } = event;
      // It is not kept, so it may come after what it does not know of yet.
      if (next.progress && progress.current < next.progress.current) break;
      next.progress = progress;
      if (next.state === "") next.state = "running";
      break;
    }
    case "complete":
    case "failed":
      next.state = event.type;
      next.reason = event.error ?? "";
      next.result = event.result ?? null;
      if (next.progress) next.progress = { ...next.progress, phase: "complete", eta_s: 0, eta_low_s: 0, eta_high_s: 0 };
      break;
  }
  return next;
}

/** All runs that a stream tells of. */
export class Runs {
  constructor() {
    this.states = new Map();
    this.newest = ""; // Id of the run that began last.
  }

  /** Takes an event; returns the ids of the runs that it changed. */
  take(event) {
    if (event.type === "reset") {
      this.states.clear();
      this.newest = "";
      return [];
    }
    if (event.type === "snapshot") {
      for (const entry of event.runs) this.#set(fromSnapshot(entry));
      return event.runs.map((entry) => entry.id);
    }
    if (!event.run) return [];
    const known = this.states.get(event.run);
    if (known && event.n !== undefined && event.n <= known.n) return [];
    this.#set(applyEvent(known ?? { ...newRun(event.run), created_at: event.at }, event));
    return [event.run];
  }

  #set(state) {
    this.states.set(state.id, state);
    const newest = this.states.get(this.newest);
    if (!newest || state.created_at >= newest.created_at) this.newest = state.id;
  }

  find(run) {
    return this.states.get(run === "latest" ? this.newest : run) ?? null;
  }
}
