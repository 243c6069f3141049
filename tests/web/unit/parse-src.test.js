import assert from "node:assert/strict";
import { test } from "node:test";

// As much of a page as the modules need to be loaded.
globalThis.HTMLElement = class {};
globalThis.customElements = { get: () => undefined, define: () => {} };
const { parseSrc } = await import("../../../plugins/sinks/sse/web/troupe-progress.js");
const { remaining } = await import("../../../plugins/sinks/sse/web/progress-view.js");

test("src names server and run", () => {
  const page = "https://page.example/a/b.html";
  assert.deepEqual(parseSrc("https://host.example/runs/latest", page), { base: "https://host.example/", run: "latest", ticket: "" });
  assert.deepEqual(parseSrc("https://host.example/troupe/api/v1/runs/stories-7f3a/events", page), { base: "https://host.example/troupe/", run: "stories-7f3a", ticket: "" });
  assert.deepEqual(parseSrc("/x/runs/a%20b?ticket=1.f", page), { base: "https://page.example/x/", run: "a b", ticket: "1.f" });
  assert.throws(() => parseSrc("/somewhere", page), /does not end in runs/);
});

test("the remaining time has its range", () => {
  assert.equal(remaining({ eta_s: 75.2, eta_low_s: 60, eta_high_s: 90.4 }), "Estimated time remaining: ~75s (60-90s)");
  assert.equal(remaining({ eta_s: null, eta_low_s: null, eta_high_s: null }), "");
});
