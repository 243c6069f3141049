// One connection a browser, and none lost: tabs that share, a leader that goes, a server that dies.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Server, browse, folder, open, picture, recorder, samples, scenario, site, until, upTo } from "./harness.js";

async function shown(cleanup) {
  const html = {};
  const origin = await site(cleanup, html);
  const path = await folder(cleanup);
  const server = await Server.start(cleanup, path, ["--origin", origin]);
  html.text = `<!doctype html><title>Tab</title><script>${recorder}</script>
    <script type="module" src="${server.url}/client/troupe-progress.js"></script><troupe-progress src="${server.url}/runs/latest"></troupe-progress>`;
  return { origin, path, server };
}

const number = (page) => page.evaluate(() => fired.filter(({ name }) => name === "troupe-sample").length);

test("tabs share one connection, and the next one goes on when its tab is closed", scenario(async (cleanup) => {
  const { origin, server } = await shown(cleanup);
  const context = await browse(cleanup);
  const first = await open(context, origin);
  await first.getByText("No run yet").waitFor();
  await until(async () => (await server.ask("GET", "/test/subscribers")) === 1, "the first tab is connected");
  const second = await open(context, origin);
  await server.run(30, 120);
  await until(async () => (await number(first)) >= 3 && (await number(second)) >= 3, "both see the run");
  assert.equal(await server.ask("GET", "/test/subscribers"), 1);
  // One that comes in the middle is told what the others know, without asking the server.
  const third = await open(context, origin);
  await third.getByText(/Sample \d+ of 30/).waitFor();
  await until(async () => (await third.locator("[part=line]").count()) >= 3, "the log so far");
  assert.equal(await server.ask("GET", "/test/subscribers"), 1);
  await first.close();
  await second.getByText("Training Completed!").waitFor();
  await third.getByText("Training Completed!").waitFor();
  assert.deepEqual(await samples(second), upTo(30));
  assert.equal(await server.ask("GET", "/test/subscribers"), 1);
  assert.deepEqual(second.complaints, []);
}));

test("a server that is killed in mid-run and comes back is watched to the end, without a gap", scenario(async (cleanup) => {
  const { origin, path, server } = await shown(cleanup);
  const page = await open(await browse(cleanup), origin);
  await page.getByText("No run yet").waitFor();
  await server.run(24, 120);
  await until(async () => (await number(page)) >= 4, "the run is under way");
  await server.kill();
  await page.getByText(/Data is \d+ s old - reconnecting/).waitFor();
  await picture(page, "element-reconnecting");
  await Server.start(cleanup, path, ["--origin", origin], server.port);
  await page.getByText("Training Completed! Successfully generated 24 out of 24").waitFor();
  assert.deepEqual(await samples(page), upTo(24));
  assert.equal(await page.getByText(/reconnecting/).isVisible(), false);
}));

test("a page that is not secure has a connection of its own in each tab", scenario(async (cleanup) => {
  const { origin, server } = await shown(cleanup);
  const context = await browse(cleanup);
  // As on plain http: of another machine, where browsers offer no locks.
  await context.addInitScript(() => Object.defineProperty(globalThis, "isSecureContext", { value: false }));
  const first = await open(context, origin);
  const second = await open(context, origin);
  await until(async () => (await server.ask("GET", "/test/subscribers")) === 2, "two connections");
  await server.run(3, 0);
  await first.getByText("Training Completed!").waitFor();
  await second.getByText("Training Completed!").waitFor();
  assert.deepEqual(await samples(first), upTo(3));
  assert.deepEqual(await samples(second), upTo(3));
}));
