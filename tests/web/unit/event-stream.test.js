import assert from "node:assert/strict";
import { test } from "node:test";

import { EventStream, backoff } from "../../../plugins/sinks/sse/web/event-stream.js";
import { FakeWorld } from "./fake-world.js";

function stream(more = {}) {
  const world = new FakeWorld();
  const events = [];
  const statuses = [];
  const made = new EventStream("http://host/api/v1/events", { onEvent: (event) => events.push(event), onStatus: (status) => statuses.push(status), world, ...more });
  return { world, events, statuses, made, numbers: () => events.filter((event) => event.n).map((event) => `${event.run} ${event.n}`) };
}

test("a stream is open at its hello", () => {
  const { world, statuses } = stream();
  assert.deepEqual(statuses, ["connecting"]);
  world.last.hello();
  assert.deepEqual(statuses, ["connecting", "open"]);
});

test("events that are there already are left out", () => {
  const { world, numbers } = stream();
  world.last.hello();
  world.last.durable("r", 1, 10);
  world.last.durable("r", 2, 11);
  world.last.durable("r", 2, 11);
  world.last.durable("r", 1, 10);
  world.last.durable("s", 1, 12);
  assert.deepEqual(numbers(), ["r 1", "r 2", "s 1"]);
});

test("what is missing is asked for, from before the gap, once", () => {
  const { world, numbers, made } = stream();
  world.last.hello();
  world.last.durable("r", 1, 10);
  world.last.durable("r", 3, 12);
  assert.deepEqual(numbers(), ["r 1"]);
  world.turn(0);
  assert.equal(world.sources.length, 2);
  assert.equal(world.last.url, "http://host/api/v1/events?last_event_id=a1-10");
  assert.ok(world.sources[0].closed);
  world.last.hello({ replay_from: 10 });
  world.last.durable("r", 2, 11);
  world.last.durable("r", 3, 12);
  assert.deepEqual(numbers(), ["r 1", "r 2", "r 3"]);
  // A number that the server cannot give is no reason to ask for ever.
  world.last.durable("r", 5, 20);
  world.turn(0);
  world.last.hello();
  world.last.durable("r", 5, 20);
  assert.equal(world.sources.length, 3);
  assert.deepEqual(numbers(), ["r 1", "r 2", "r 3", "r 5"]);
  assert.equal(made.lastId, "a1-20");
});

test("a stream that is silent for three heartbeats is opened anew, from where it was", () => {
  const { world, statuses } = stream();
  world.last.hello();
  world.last.durable("r", 1, 10);
  world.turn(2999);
  world.last.send({ type: "hb", at: 1, time: 1, head: 10 });
  world.turn(2999);
  assert.equal(world.sources.length, 1);
  world.turn(1);
  assert.equal(statuses.at(-1), "reconnecting");
  assert.ok(world.sources[0].closed);
  world.turn(1000);
  assert.equal(world.sources.length, 2);
  assert.match(world.last.url, /last_event_id=a1-10$/);
});

test("a connection that never says hello is given up", () => {
  const { world } = stream();
  world.turn(15000);
  world.turn(1000);
  assert.equal(world.sources.length, 2);
});

test("a refusal is tried again with back-off, which a hello ends", () => {
  const { world } = stream();
  const waits = [];
  for (let i = 0; i < 8; ++i) {
    const before = world.time;
    const count = world.sources.length;
    world.last.refuse();
    while (world.sources.length === count) world.turn(100);
    waits.push(world.time - before);
  }
  assert.deepEqual(waits, [1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000]);
  world.last.hello();
  world.last.refuse();
  world.turn(1000);
  assert.equal(world.sources.length, 10);
});

test("the wait has jitter", () => {
  assert.equal(backoff(0, 0), 500);
  assert.equal(backoff(0, 1), 1000);
  assert.equal(backoff(3, 0.5), 6000);
  assert.equal(backoff(1000, 1), 30000);
});

test("the browser's own reconnect is left to the browser", () => {
  const { world, statuses } = stream();
  world.last.hello();
  world.last.cut();
  assert.equal(statuses.at(-1), "reconnecting");
  world.turn(900);
  assert.equal(world.sources.length, 1);
  world.last.hello();
  assert.equal(statuses.at(-1), "open");
});

test("a goodbye is believed", () => {
  const { world, events } = stream();
  world.chance = 0.5;
  world.last.hello();
  world.last.send({ type: "bye", at: 1, reason: "the server stops", retry_ms: 2000 });
  assert.ok(world.sources[0].closed);
  world.turn(2999);
  assert.equal(world.sources.length, 1);
  world.turn(1);
  assert.equal(world.sources.length, 2);
  assert.equal(events.at(-1).type, "bye");
});

test("a reset forgets, a snapshot says where it goes on", () => {
  const { world, made, numbers } = stream();
  world.last.hello();
  world.last.durable("r", 7, 10);
  world.last.cut();
  world.last.hello({ epoch: "b2" });
  world.last.send({ type: "reset", at: 1, reason: "another journal" });
  assert.equal(made.lastId, "");
  world.last.send({ type: "snapshot", at: 1, head: 3, runs: [] });
  assert.equal(made.lastId, "b2-3");
  world.last.durable("r", 1, 4);
  assert.deepEqual(numbers(), ["r 7", "r 1"]);
});

test("a ticket stays in the address", () => {
  const world = new FakeWorld();
  new EventStream("http://host/x?ticket=1.2", { onEvent: () => {}, world, lastId: "a1-9", credentials: true });
  assert.equal(world.last.url, "http://host/x?ticket=1.2&last_event_id=a1-9");
  assert.equal(world.last.credentials, true);
});

test("nothing comes after close, and no timer is left", () => {
  const { world, made, events, statuses } = stream();
  world.last.hello();
  made.close();
  world.last.durable("r", 1, 10);
  assert.equal(events.length, 1);
  assert.equal(world.timers.length, 0);
  assert.equal(statuses.at(-1), "closed");
});

test("rubbish is passed over", () => {
  const { world, events } = stream();
  world.last.listeners.get("log")({ data: "{", lastEventId: "" });
  assert.equal(events.length, 0);
});
