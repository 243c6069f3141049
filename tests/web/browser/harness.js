// Servers, pages of other origins and a browser for the tests here.

import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { chromium } from "playwright-core";

const build = process.env.TROUPE_BUILD_DIR ?? "../../build/release";
const screenshots = process.env.TROUPE_SCREENSHOTS ?? join(build, "screenshots");
const patience = 60000;

/** Something to be undone at the end of a test, the last first. */
export class Cleanup {
  #tasks = [];
  add(task) {
    this.#tasks.push(task);
  }
  async run() {
    for (const task of this.#tasks.reverse()) await task();
  }
}

/** A test with its own cleanup. */
export const scenario = (body) => async () => {
  const cleanup = new Cleanup();
  try {
    await body(cleanup);
  } finally {
    await cleanup.run();
  }
};

export async function folder(cleanup) {
  const path = await mkdtemp(join(tmpdir(), "troupe-web-"));
  cleanup.add(() => rm(path, { recursive: true, force: true, maxRetries: 5 }));
  return path;
}

/** A server; with the port of an earlier one in the same folder it is that one, restarted. */
export class Server {
  static async start(cleanup, path, options = [], port = 0) {
    const server = new Server();
    server.process = spawn(join(build, "bin/troupe_web_test_server"), [path, String(port), ...options], { stdio: ["ignore", "pipe", "inherit"] });
    server.ended = new Promise((resolve) => server.process.once("exit", resolve));
    cleanup.add(() => server.kill());
    server.port = await new Promise((resolve, reject) => {
      server.process.stdout.once("data", (text) => resolve(Number(String(text).trim())));
      server.process.once("exit", (code) => reject(new Error(`the server ended with ${code}`)));
    });
    server.url = `http://127.0.0.1:${server.port}`;
    server.token = options[options.indexOf("--token") + 1] ?? "";
    return server;
  }
  async kill() {
    this.process.kill("SIGKILL");
    await this.ended;
  }
  async ask(method, path, body) {
    const headers = { Authorization: `Bearer ${this.token}` };
    if (body !== undefined) headers["Content-Type"] = "application/json";
    const answer = await fetch(this.url + path, { method, headers, body });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }
  run(samples, pace) {
    return this.ask("POST", `/test/runs?samples=${samples}&pace_ms=${pace}`);
  }
}

/** The program itself, as a user starts it: `troupe serve` with folders of its own. */
export class Program {
  static async serve(cleanup, path, options = []) {
    const program = new Program();
    const env = { PATH: process.env.PATH, HOME: path, XDG_STATE_HOME: join(path, "state"), XDG_DATA_HOME: join(path, "data"), XDG_CACHE_HOME: join(path, "cache"), XDG_CONFIG_HOME: join(path, "config") };
    program.process = spawn(join(build, "bin/troupe"), ["serve", "--listen", "127.0.0.1:0", "--log-level", "warning", ...options], { cwd: path, env, stdio: ["ignore", "pipe", "inherit"] });
    program.ended = new Promise((resolve) => program.process.once("exit", resolve));
    cleanup.add(() => program.kill());
    program.url = await new Promise((resolve, reject) => {
      let out = "";
      program.process.stdout.on("data", (text) => {
        out += text;
        const found = /Listening on (http:\S+)\n/.exec(out);
        if (found) resolve(found[1]);
      });
      program.process.once("exit", (code) => reject(new Error(`troupe serve ended with ${code}`)));
    });
    return program;
  }
  async kill() {
    this.process.kill("SIGKILL");
    await this.ended;
  }
}

/** Somebody else's site: one page, at another port and so of another origin. */
export async function site(cleanup, html) {
  const server = createServer((request, answer) => {
    if (request.url !== "/") {
      answer.writeHead(204).end();  // No icon.
      return;
    }
    answer.writeHead(200, { "Content-Type": "text/html; charset=utf-8" });
    answer.end(typeof html.text === "function" ? html.text() : html.text);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  cleanup.add(() => new Promise((resolve) => (server.closeAllConnections(), server.close(resolve))));
  return `http://127.0.0.1:${server.address().port}`;
}

export async function browse(cleanup, options = {}) {
  const profile = await folder(cleanup);
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.TROUPE_CHROMIUM ?? "/usr/bin/chromium",
    headless: true,
    viewport: { width: 900, height: 760 },
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
    ...options,
  });
  context.setDefaultTimeout(patience);
  cleanup.add(() => context.close());
  return context;
}

/** A page that remembers what it complains of. */
export async function open(context, url) {
  const page = await context.newPage();
  page.complaints = [];
  page.on("console", (message) => message.type() === "error" && page.complaints.push(message.text()));
  page.on("pageerror", (error) => page.complaints.push(String(error)));
  await page.goto(url);
  return page;
}

export async function picture(page, name) {
  await mkdir(screenshots, { recursive: true });
  await page.screenshot({ path: join(screenshots, `${name}.png`) });
}

/** Until `condition` gives something true. */
export async function until(condition, what) {
  const end = Date.now() + patience;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > end) throw new Error(`in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Remembers on the page what the element fires. */
export const recorder = `
  window.fired = [];
  for (const name of ["troupe-progress", "troupe-sample", "troupe-state", "troupe-complete"])
    document.addEventListener(name, (event) => fired.push({ name, detail: event.detail }));
`;
export const samples = (page) => page.evaluate(() => fired.filter(({ name }) => name === "troupe-sample").map(({ detail }) => detail.number));
export const upTo = (count) => Array.from({ length: count }, (_, i) => i + 1);
