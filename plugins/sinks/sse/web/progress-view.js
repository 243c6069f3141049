// The panel of a run: its elements and how a state is shown in them. Every text goes in as text, never as HTML.

import { floored } from "./run-state.js";

const CSS = `
:host {
  --troupe-text: #1f2937; --troupe-muted: #4b5563; --troupe-back: linear-gradient(to right, #eff6ff, #faf5ff);
  --troupe-card: #ffffff; --troupe-track: #e5e7eb; --troupe-from: #3b82f6; --troupe-to: #9333ea;
  --troupe-log-back: #111827; --troupe-log-text: #4ade80; --troupe-log-title: #9ca3af;
  --troupe-warn-text: #92400e; --troupe-warn-back: #fef3c7; --troupe-radius: 12px; --troupe-font: system-ui, sans-serif;
  display: block; color: var(--troupe-text); font-family: var(--troupe-font); line-height: 1.4;
}
:host([hidden]) { display: none; }
* { box-sizing: border-box; margin: 0; }
.panel { background: var(--troupe-back); border-radius: var(--troupe-radius); padding: 24px; display: grid; gap: 16px; }
.row { display: flex; justify-content: space-between; align-items: baseline; gap: 12px; flex-wrap: wrap; }
h3 { font-size: 1.125rem; font-weight: 600; }
.muted { color: var(--troupe-muted); font-size: .875rem; }
.track { background: var(--troupe-track); border-radius: 999px; height: 12px; overflow: hidden; }
.fill { position: relative; height: 100%; width: 0; border-radius: 999px; transition: width .3s ease-out;
  background: linear-gradient(to right, var(--troupe-from), var(--troupe-to)); }
.fill::after { content: ""; position: absolute; inset: 0; background: #fff; opacity: .2; }
.live .fill::after { animation: pulse 2s cubic-bezier(.4, 0, .6, 1) infinite; }
.cards { display: grid; grid-template-columns: repeat(3, 1fr); gap: 16px; }
.card { background: var(--troupe-card); border-radius: 8px; padding: 12px; box-shadow: 0 1px 2px rgb(0 0 0 / .08); min-width: 0; }
.label { color: var(--troupe-muted); font-size: .75rem; margin-bottom: 4px; }
.value { font-weight: 600; overflow-wrap: anywhere; }
.value.word { text-transform: capitalize; }
.spinner { display: none; width: .9em; height: .9em; margin-right: .5em; vertical-align: -.1em; border-radius: 50%;
  border: 2px solid var(--troupe-from); border-top-color: transparent; }
.live .spinner { display: inline-block; animation: turn 1s linear infinite; }
.counters { display: flex; flex-wrap: wrap; gap: 4px 20px; font-size: .875rem; padding: 0; list-style: none; }
.log { background: var(--troupe-log-back); border-radius: 8px; padding: 16px; max-height: 14rem; overflow-y: auto;
  font: .75rem/1.5 ui-monospace, "DejaVu Sans Mono", monospace; color: var(--troupe-log-text); }
.log-title { color: var(--troupe-log-title); margin-bottom: 8px; }
.line { overflow-wrap: anywhere; }
.eta { text-align: center; }
.state { font-weight: 600; }
.state:empty { margin-top: -16px; }
.notice { background: var(--troupe-warn-back); color: var(--troupe-warn-text); border-radius: 8px; padding: 8px 12px; font-size: .875rem; }
[hidden] { display: none !important; }
@keyframes pulse { 50% { opacity: .05; } }
@keyframes turn { to { transform: rotate(360deg); } }
@media (max-width: 767px) { .panel { padding: 16px; gap: 12px; } .cards { grid-template-columns: 1fr; gap: 8px; } }
@media (prefers-reduced-motion: reduce) { .fill { transition: none; } .fill::after, .spinner { animation: none !important; } }
`;

// A style sheet made by script is no inline style, so a strict Content-Security-Policy lets it pass.
let sheet;
function style() {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(CSS);
  }
  return sheet;
}

function make(tag, part, more = {}, children = []) {
  const node = document.createElement(tag);
  if (part !== "") node.setAttribute("part", part);
  for (const [name, value] of Object.entries(more)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

const wording = { complete: "Training Completed!", failed: "Training failed", paused: "Paused", cancelled: "Cancelled", interrupted: "Interrupted", queued: "Queued" };
const seconds = (value) => `${Math.max(0, Math.round(value))}s`;

/** The range of the remaining time, or "" while it is unknown. */
export function remaining(progress) {
  if (progress.eta_s === null || progress.eta_s === undefined) return "";
  const range = progress.eta_low_s !== null && progress.eta_high_s !== null && progress.eta_high_s !== undefined
    ? ` (${Math.round(progress.eta_low_s)}-${seconds(progress.eta_high_s)})` : "";
  return `Estimated time remaining: ~${seconds(progress.eta_s)}${range}`;
}

export class ProgressView {
  constructor(root) {
    root.adoptedStyleSheets = [style()];
    const text = (part, classes) => (this[part] = make("span", part, { class: classes }));
    const icon = (sign) => make("span", "", { "aria-hidden": "true" }, [sign]);
    const card = (name, label, inside) =>
      make("div", `card ${name}-card`, { class: "card" }, [make("p", "label", { class: "label" }, [label]), make("p", "value", { class: "value" }, inside)]);
    this.fill = make("div", "fill", { class: "fill" });
    this.bar = make("div", "bar", { class: "track", role: "progressbar", "aria-valuemin": "0", "aria-valuemax": "100", "aria-label": "Training progress" }, [this.fill]);
    this.lines = make("div", "lines");
    this.log = make("div", "log", { class: "log", role: "log", "aria-live": "off", "aria-label": "Training log", tabindex: "0" }, [
      make("p", "log-title", { class: "log-title" }, [icon("📝 "), "Training Log:"]), this.lines]);
    this.state = make("p", "state", { class: "state", role: "status", "aria-live": "polite" });
    this.notice = make("p", "notice", { class: "notice", role: "status", "aria-live": "polite", hidden: "" });
    this.etaRow = make("p", "eta", { class: "eta muted", hidden: "" }, [icon("⏳ "), text("eta", "")]);
    this.counters = {};
    const counters = make("ul", "counters", { class: "counters" });
    for (const [name, label] of [["successful", "Successful"], ["failed", "Failed"], ["stories_saved", "Saved"], ["below_threshold", "Below threshold"]]) {
      this.counters[name] = make("strong", "counter", {}, ["0"]);
      counters.append(make("li", "", {}, [`${label}: `, this.counters[name]]));
    }
    this.counters.best_model = make("strong", "counter", {}, ["-"]);
    counters.append(make("li", "", {}, ["Best model: ", this.counters.best_model]));
    this.panel = make("section", "panel", { class: "panel", "aria-label": "Training progress" }, [
      make("div", "header", { class: "row" }, [make("h3", "title", {}, ["Training Progress"]), make("span", "", { class: "muted" }, [icon("⏱️ "), text("elapsed", "")])]),
      make("div", "numbers", { class: "row muted" }, [text("count", ""), text("percent", "")]),
      this.bar,
      make("div", "cards", { class: "cards" }, [
        card("phase", "Current Phase", [make("span", "spinner", { class: "spinner", "aria-hidden": "true" }), text("phase", "value word")]),
        card("genre", "Current Genre", [text("genre", "value word")]),
        card("quality", "Latest Quality", [text("quality", "")])]),
      counters, this.log, this.etaRow, this.state, this.notice]);
    root.append(this.panel);
  }

  /** Shows a run (null: none is known) at the time `now`. */
  show(state, now) {
    const progress = state?.progress ?? {};
    const current = progress.current ?? 0;
    const total = progress.total ?? 0;
    const percent = Math.min(100, progress.percentage ?? 0);
    const live = state?.state === "running";
    const finished = state?.state === "complete" || state?.state === "failed";
    this.panel.classList.toggle("live", live);
    set(this.count, `Sample ${current} of ${total}`);
    set(this.percent, `${Math.floor(percent)}%`);
    this.fill.style.width = `${percent}%`;
    this.bar.setAttribute("aria-valuenow", String(Math.floor(percent)));
    this.bar.setAttribute("aria-valuetext", `Sample ${current} of ${total}`);
    set(this.phase, (finished ? "complete" : state && !live && state.state !== "" ? state.state : progress.phase) ?? "-");
    set(this.genre, finished ? "-" : progress.current_genre && progress.current_genre !== "-" ? progress.current_genre : "Random");
    set(this.quality, progress.successful > 0 ? `${floored(progress.latest_quality)}/10` : finished ? "-" : "Evaluating...");
    for (const [name, node] of Object.entries(this.counters)) set(node, String(progress[name] ?? (name === "best_model" ? "-" : 0)));
    this.#lines(state?.log ?? []);
    this.tick(state, now);
    set(this.state, this.#sentence(state, progress));
    const eta = live ? remaining(progress) : "";
    set(this.eta, eta);
    this.etaRow.hidden = eta === "";
  }

  /** What changes with time alone. */
  tick(state, now) {
    const progress = state?.progress ?? {};
    const moving = state?.state === "running" && progress.phase !== "complete" && progress.phase !== "paused";
    const passed = moving ? Math.max(0, (now - (state.seen ?? now)) / 1000) : 0;
    set(this.elapsed, `${Math.floor((progress.elapsed_s ?? 0) + passed)}s elapsed`);
  }

  /** `text` as a warning, or "" for none. */
  warn(text) {
    set(this.notice, text);
    this.notice.hidden = text === "";
  }

  #sentence(state, progress) {
    if (!state) return "No run yet";
    if (state.state === "complete") {
      const result = state.result ?? {};
      const took = result.elapsed_s ?? progress.elapsed_s ?? 0;
      const good = result.successful ?? progress.successful ?? 0;
      return `${wording.complete} Successfully generated ${good} out of ${result.samples ?? progress.total ?? 0} examples in ${took.toFixed(1)} seconds`;
    }
    if (state.state === "running") return progress.phase === "waiting" && progress.waiting_for ? `Waiting for ${progress.waiting_for}` : "";
    const word = wording[state.state] ?? state.state;
    return state.reason ? `${word}: ${state.reason}` : word;
  }

  #lines(lines) {
    const shown = [...this.lines.children];
    if (shown.length === lines.length && lines.every((line, i) => shown[i].textContent === line)) return;
    const atEnd = this.log.scrollTop + this.log.clientHeight >= this.log.scrollHeight - 8;
    this.lines.replaceChildren(...lines.map((line) => make("p", "line", { class: "line" }, [line])));
    if (atEnd) this.log.scrollTop = this.log.scrollHeight;
  }
}

// A text that stays the same is not said again by a screen reader.
function set(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
