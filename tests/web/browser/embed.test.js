// Pages of another origin show a live run to its end.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Server, browse, folder, open, picture, recorder, samples, scenario, site, upTo } from "./harness.js";

test("an iframe with a ticket shows a run to its end, and nothing else", scenario(async (cleanup) => {
  const html = {};
  const origin = await site(cleanup, html);
  const server = await Server.start(cleanup, await folder(cleanup), ["--frame", origin, "--token", "secret"]);
  const context = await browse(cleanup);
  const run = await server.run(16, 150);
  const { ticket } = await server.ask("POST", `/api/v1/runs/${run.id}/tickets`, "{}");
  html.text = `<!doctype html><title>Blog</title><h1>Our training, live</h1>
    <iframe width="860" height="640" style="border:0" src="${server.url}/embed/runs/${run.id}?ticket=${encodeURIComponent(ticket)}"></iframe>
    <script>window.said = []; addEventListener("message", (event) => said.push(event.data));</script>`;
  const page = await open(context, origin);
  const frame = page.frameLocator("iframe");
  await frame.getByText(/Sample ([3-9]|1[0-5]) of 16/).waitFor();
  await picture(page, "embed-iframe-live");
  await frame.getByText("Training Completed! Successfully generated 16 out of 16 examples").waitFor();
  assert.equal(await frame.getByRole("progressbar").getAttribute("aria-valuenow"), "100");
  assert.equal(await frame.locator("[part=line]").count(), 10);
  await picture(page, "embed-iframe-complete");
  const said = await page.evaluate(() => window.said.filter(({ type }) => type === "troupe-complete").length);
  assert.equal(said, 1);
  assert.deepEqual(page.complaints, []);
}));

test("a page that may not embed is shown nothing", scenario(async (cleanup) => {
  const html = {};
  const origin = await site(cleanup, html);
  const server = await Server.start(cleanup, await folder(cleanup));
  const run = await server.run(2, 0);
  html.text = `<!doctype html><iframe src="${server.url}/embed/runs/${run.id}"></iframe>`;
  const page = await open(await browse(cleanup), origin);
  await page.waitForFunction(() => document.readyState === "complete");
  assert.equal(await page.frameLocator("iframe").locator("troupe-progress").count(), 0);
  assert.match(page.complaints.join("\n"), /frame-ancestors|X-Frame-Options/);
}));

test("the element on another origin shows a run to its end, and fires its events", scenario(async (cleanup) => {
  const html = {};
  const origin = await site(cleanup, html);
  const server = await Server.start(cleanup, await folder(cleanup), ["--origin", origin]);
  html.text = `<!doctype html><title>Blog</title>
    <style>troupe-progress { --troupe-from: #059669; --troupe-to: #0d9488; } troupe-progress::part(title) { font-style: italic; }</style>
    <script>${recorder}</script><script type="module" src="${server.url}/client/troupe-progress.js"></script>
    <troupe-progress src="${server.url}/runs/latest"></troupe-progress>`;
  const page = await open(await browse(cleanup), origin);
  await page.getByText("No run yet").waitFor();
  const run = await server.run(10, 120);
  const panel = page.locator("troupe-progress");
  await panel.getByText(/Sample [4-9] of 10/).waitFor();
  assert.match(await panel.locator("[part=elapsed]").textContent(), /^\d+s elapsed$/);
  assert.match(await panel.locator("[part=quality]").textContent(), /^\d+\.\d\/10$/);
  assert.match(await panel.locator("[part=line]").first().textContent(), /^\[\d+:\d\d:\d\d [AP]M\] Sample 1\/10 - .+ - Quality: \d+\.\d\/10 - Model: (wren|quill)$/);
  assert.equal(await panel.locator("[part=title]").evaluate((node) => getComputedStyle(node).fontStyle), "italic");
  await picture(page, "element-live");
  await panel.getByText("Training Completed!").waitFor();
  assert.deepEqual(await samples(page), upTo(10));
  const fired = await page.evaluate(() => window.fired);
  const states = fired.filter(({ name }) => name === "troupe-state").map(({ detail }) => detail.state);
  assert.deepEqual(states.slice(-2), ["running", "complete"]);
  const progress = fired.filter(({ name }) => name === "troupe-progress").map(({ detail }) => detail.current);
  assert.deepEqual(progress, [...progress].sort((a, b) => a - b));
  const complete = fired.filter(({ name }) => name === "troupe-complete");
  assert.equal(complete.length, 1);
  assert.equal(complete[0].detail.run, run.id);
  assert.equal(complete[0].detail.result.successful, 10);
  assert.deepEqual(page.complaints, []);
  // "latest" follows the next run.
  await server.run(3, 0);
  await panel.getByText("Successfully generated 3 out of 3").waitFor();
}));

test("on a phone the panel is one column, and stands still for who wants that", scenario(async (cleanup) => {
  const server = await Server.start(cleanup, await folder(cleanup));
  await server.run(4, 0);
  const context = await browse(cleanup, { viewport: { width: 390, height: 844 }, reducedMotion: "reduce" });
  const page = await open(context, `${server.url}/embed/runs/latest`);
  await page.getByText("Training Completed!").waitFor();
  const tops = await page.locator("[part~=card]").evaluateAll((cards) => cards.map((card) => card.getBoundingClientRect().left));
  assert.equal(new Set(tops).size, 1);
  assert.equal(await page.locator("[part=spinner]").evaluate((node) => getComputedStyle(node).animationName), "none");
  assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 390);
  await picture(page, "embed-phone");
  assert.deepEqual(page.complaints, []);
}));

test("text of a run is text, whatever is in it", scenario(async (cleanup) => {
  const server = await Server.start(cleanup, await folder(cleanup));
  const page = await open(await browse(cleanup), `${server.url}/embed/runs/latest`);
  const evil = `<img src=x onerror="document.title='evil'"><script>document.title='evil'</script>`;
  const shown = await page.evaluate(async (text) => {
    const { ProgressView } = await import("/client/progress-view.js");
    const host = document.createElement("div");
    document.body.append(host);
    const view = new ProgressView(host.attachShadow({ mode: "open" }));
    view.show({ state: "paused", reason: text, log: [text], progress: { current_genre: text, best_model: text, phase: text, total: 1, current: 1, percentage: 100 } }, 0);
    view.warn(text);
    return { elements: host.shadowRoot.querySelectorAll("img, script").length, text: host.shadowRoot.querySelector("[part=line]").textContent };
  }, evil);
  assert.deepEqual(shown, { elements: 0, text: evil });
  assert.notEqual(await page.title(), "evil");
}));
