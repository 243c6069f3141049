// The first version's front end, unchanged: fetch, getReader, TextDecoder, blank lines. Against the real program.
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";

import { Program, browse, folder, open, scenario, site, until } from "./harness.js";

// Runs in the page: reads the stream as the old component did, and remembers what it saw.
const reader = `
  window.seen = { progress: [], result: null, error: null, ended: false };
  window.train = async (url, request) => {
    try {
      const response = await fetch(url, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(request) });
      seen.status = response.status;
      const reader = response.body.getReader();
      const decoder = new TextDecoder();
      let buffer = "";
      while (true) {
        const { done, value } = await reader.read();
        if (done) break;
        buffer += decoder.decode(value, { stream: true });
        const messages = buffer.split("\\n\\n");
        buffer = messages.pop();
        for (const message of messages) {
          if (!message.startsWith("data: ")) continue;
          const data = JSON.parse(message.slice(6));
          if (data.type === "complete") seen.result = data.result;
          else if (data.type === "error") seen.error = data.error;
          else seen.progress.push(data);
        }
      }
      seen.ended = true;
    } catch (error) {
      seen.error = String(error);
    }
  };
`;

async function trained(cleanup, request) {
  const origin = await site(cleanup, { text: `<!doctype html><title>Settings</title><script>${reader}</script>` });
  const path = await folder(cleanup);
  const config = join(path, "server.json");
  await writeFile(config, JSON.stringify({ origins: [origin], auto_train: { pipeline: "auto_train.json" } }));
  await writeFile(join(path, "auto_train.json"), JSON.stringify({
    name: "auto-train", run: { samples: 50, in_flight: 2, seed: 7 },
    nodes: {
      genres: { type: "troupe.prompts.genres", inputs: { examples: { from: "memory", lag: 4 } } },
      wren: { type: "troupe.provider.storyteller", inputs: ["genres"], options: { voice: "wren", pace_ms: 100 } },
      quill: { type: "troupe.provider.storyteller", inputs: ["genres"], options: { voice: "quill", pace_ms: 100 } },
      craft: { type: "troupe.scorer.text", inputs: ["wren", "quill"] },
      vote: { type: "troupe.selector.best", inputs: ["craft"] },
      memory: { type: "troupe.store.memory", inputs: ["vote"], enabled: false },
      stories: { type: "troupe.store.sqlite", inputs: ["vote"], enabled: false, options: { path: "stories.db" } },
    },
  }));
  const program = await Program.serve(cleanup, path, ["--config", config]);
  const page = await open(await browse(cleanup), origin);
  await page.evaluate(({ url, request }) => void train(url, request), { url: `${program.url}/auto-train-stream`, request });
  return { page, program, seen: () => page.evaluate(() => seen) };
}

test("the first front end reads a whole run", scenario(async (cleanup) => {
  const { seen } = await trained(cleanup, { user_id: "ada", num_examples: 6, genres: ["fantasy", "mystery"], store_in_memory: true, save_to_database: true });
  const end = await until(async () => ((s) => (s.ended || s.error ? s : null))(await seen()), "the stream ends");
  assert.equal(end.error, null);
  assert.deepEqual(end.progress.map(({ current, total }) => [current, total]), [1, 2, 3, 4, 5, 6].map((i) => [i, 6]));
  for (const one of end.progress) {
    assert.deepEqual(Object.keys(one).sort(), ["best_model", "current", "current_genre", "failed", "latest_quality", "percentage", "phase", "stories_saved", "successful", "total"]);
    assert.ok(["fantasy", "mystery"].includes(one.current_genre));
  }
  assert.equal(end.result.successful, 6);
  assert.equal(end.result.saved_ids.length, 6);
}));

test("a server that is killed in mid-run ends the first front end in its catch", scenario(async (cleanup) => {
  const { program, seen } = await trained(cleanup, { user_id: "ada", num_examples: 500 });
  await until(async () => (await seen()).progress.length >= 3, "the run is under way");
  await program.kill();
  const end = await until(async () => ((s) => (s.ended || s.error ? s : null))(await seen()), "the reader notices");
  assert.match(end.error ?? "", /TypeError/);
  assert.equal(end.ended, false);
}));
