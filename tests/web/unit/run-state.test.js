import assert from "node:assert/strict";
import { test } from "node:test";

process.env.TZ = "UTC";
const { Runs, applyEvent, clock, floored, fromSnapshot, logLine, newRun } = await import("../../../plugins/sinks/sse/web/run-state.js");

const progress = (current, more = {}) => ({ current, total: 50, percentage: current * 2, latest_quality: 8.5, current_genre: "fantasy", best_model: "wren",
  successful: current, failed: 0, stories_saved: 1, phase: "generating", elapsed_s: 10, eta_s: 75, eta_low_s: 60, eta_high_s: 90, ...more });
const sample = (n, more = {}) => ({ type: "sample", run: "r", at: 1700000000000 + n * 1000, id: n + 10, n, number: n, index: n - 1, genre: "fantasy", ok: true,
  quality: 8.96, model: "wren", reason: null, progress: progress(n), ...more });

test("log lines are those of the fixed form", () => {
  assert.equal(clock(Date.UTC(2026, 0, 1, 15, 45, 3)), "3:45:03 PM");
  assert.equal(clock(Date.UTC(2026, 0, 1, 0, 0, 0)), "12:00:00 AM");
  assert.equal(clock(Date.UTC(2026, 0, 1, 12, 5, 9)), "12:05:09 PM");
  assert.equal(logLine(sample(5)), "[10:13:25 PM] Sample 5/50 - fantasy - Quality: 8.9/10 - Model: wren");
  assert.equal(logLine(sample(5, { ok: false, quality: null, model: null, reason: "all failed" })), "[10:13:25 PM] Sample 5/50 - fantasy - Failed: all failed");
});

test("quality is rounded down", () => {
  assert.equal(floored(7.96), "7.9");
  assert.equal(floored(8), "8.0");
  assert.equal(floored(8.3), "8.3");
  assert.equal(floored(10), "10.0");
});

test("a run is folded from its events", () => {
  let state = newRun("r");
  state = applyEvent(state, { type: "run", run: "r", at: 1, id: 1, n: 1, state: "running", reason: "", pipeline: "stories", progress: progress(0) });
  for (let n = 2; n <= 14; ++n) state = applyEvent(state, sample(n));
  assert.equal(state.pipeline, "stories");
  assert.equal(state.state, "running");
  assert.equal(state.log.length, 10);
  assert.match(state.log.at(-1), /Sample 14\/50/);
  state = applyEvent(state, { type: "progress", run: "r", at: 5, ...progress(14, { phase: "evaluating" }) });
  assert.equal(state.progress.phase, "evaluating");
  // Told late: of the past.
  state = applyEvent(state, { type: "progress", run: "r", at: 5, ...progress(13) });
  assert.equal(state.progress.current, 14);
  state = applyEvent(state, { type: "run", run: "r", at: 6, id: 40, n: 15, state: "paused", reason: "Ctrl-C" });
  assert.deepEqual([state.state, state.reason], ["paused", "Ctrl-C"]);
  state = applyEvent(state, { type: "run", run: "r", at: 7, id: 41, n: 16, state: "resumed", reason: "" });
  assert.equal(state.state, "running");
  state = applyEvent(state, { type: "complete", run: "r", at: 8, id: 42, n: 17, result: { successful: 14 } });
  assert.deepEqual([state.state, state.result.successful, state.progress.phase], ["complete", 14, "complete"]);
});

test("the newest run is that which began last, also of a snapshot in another order", () => {
  const runs = new Runs();
  const entry = (id, created_at) => ({ id, state: "running", created_at, progress: progress(1), recent: [sample(3)] });
  assert.deepEqual(runs.take({ type: "snapshot", at: 1, head: 9, runs: [entry("a", 5), entry("b", 9), entry("c", 7)] }), ["a", "b", "c"]);
  assert.equal(runs.find("latest").id, "b");
  assert.equal(runs.find("b").log.length, 1);
  assert.deepEqual(runs.take({ type: "run", run: "d", at: 12, id: 10, n: 1, state: "running", reason: "" }), ["d"]);
  assert.equal(runs.find("latest").id, "d");
  assert.deepEqual(runs.take({ type: "run", run: "d", at: 12, id: 10, n: 1, state: "running", reason: "" }), []);
  runs.take({ type: "reset", at: 1, reason: "x" });
  assert.equal(runs.find("latest"), null);
});

test("a state can be told on as a snapshot", () => {
  const state = applyEvent(newRun("r"), sample(3));
  assert.deepEqual(fromSnapshot(JSON.parse(JSON.stringify(state))), state);
});
