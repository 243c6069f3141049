/** Types of troupe.js. Events are described in docs/events.md and sdk/schemas/event.schema.json. */

export interface Progress {
  current: number;
  total: number;
  percentage: number;
  latest_quality: number;
  current_genre: string;
  best_model: string;
  successful: number;
  failed: number;
  stories_saved: number;
  phase: "generating" | "evaluating" | "storing" | "waiting" | "paused" | "complete";
  waiting_for?: string;
  elapsed_s: number;
  eta_s: number | null;
  eta_low_s: number | null;
  eta_high_s: number | null;
  below_threshold?: number;
  repeated?: number;
}

interface Durable {
  run: string;
  at: number;
  id: number;
  n: number;
}
export interface RunEvent extends Durable {
  type: "run";
  state: "running" | "paused" | "resumed" | "cancelled";
  reason: string;
  pipeline?: string;
  progress?: Progress;
}
export interface SampleEvent extends Durable {
  type: "sample";
  number: number;
  index: number;
  genre: string;
  ok: boolean;
  quality: number | null;
  model: string | null;
  reason: string | null;
  kept: boolean;
  snippet?: string;
  margin?: number | null;
  saved: { node: string; id: unknown }[];
  candidates?: { node: string; model: string; quality: number | null; latency_ms: number; attempts: number }[];
  failures?: { node: string; code: string; message: string }[];
  progress: Progress;
}
export interface LogEvent extends Durable {
  type: "log" | "notice";
  level: "debug" | "info" | "warning" | "error";
  source?: string;
  message: string;
}
export interface CompleteEvent extends Durable {
  type: "complete";
  result: Record<string, unknown>;
}
export interface FailedEvent extends Durable {
  type: "failed";
  error: string;
  result?: Record<string, unknown>;
}
export interface ProgressEvent extends Progress {
  type: "progress";
  run: string;
  at: number;
}
export interface NodeEvent {
  type: "node";
  run: string;
  at: number;
  node: string;
  state: string;
}
export interface DeltaEvent {
  type: "delta";
  run: string;
  at: number;
  node: string;
  index: number;
  attempt: number;
  offset: number;
  text: string;
  over: boolean;
}
export interface HelloEvent {
  type: "hello";
  at: number;
  run?: string;
  epoch: string;
  head: number;
  replay_from: number | null;
  hb_ms: number;
  schema: number;
}
export interface RunEntry {
  id: string;
  state: string;
  reason?: string;
  pipeline?: string;
  created_at?: number;
  progress: Progress | null;
  recent?: SampleEvent[];
  result?: Record<string, unknown>;
}
export interface SnapshotEvent {
  type: "snapshot";
  at: number;
  run?: string;
  head: number;
  runs: RunEntry[];
}
export interface ResetEvent {
  type: "reset";
  at: number;
  run?: string;
  reason: string;
}
export interface HeartbeatEvent {
  type: "hb";
  at: number;
  run?: string;
  time: number;
  head: number;
}
export interface ByeEvent {
  type: "bye";
  at: number;
  run?: string;
  reason: string;
  retry_ms: number;
}
export type TroupeEvent =
  | RunEvent | SampleEvent | LogEvent | CompleteEvent | FailedEvent
  | ProgressEvent | NodeEvent | DeltaEvent
  | HelloEvent | SnapshotEvent | ResetEvent | HeartbeatEvent | ByeEvent;

/** A run as the events so far tell it. */
export interface RunState {
  id: string;
  /** Number of its newest event; 0 while none has been seen. */
  n: number;
  created_at: number;
  pipeline: string;
  state: string;
  reason: string;
  progress: Progress | null;
  log: string[];
  result: Record<string, unknown> | null;
  at: number;
}

export type Status = "connecting" | "open" | "reconnecting" | "closed";
export type Listener = (event: TroupeEvent, state: RunState | null) => void;

export interface Connection {
  readonly url: string;
  readonly status: Status;
  readonly heardAt: number;
  readonly heartbeatMs: number;
  readonly leading: boolean;
  /** `run`: an id, "latest" or "*". Returns a function that ends the subscription. */
  subscribe(run: string, listener: Listener, onStatus?: (status: Status) => void): () => void;
  state(run?: string): RunState | null;
}
export interface ConnectOptions {
  /** Where the server is; default: where this module came from. */
  base?: string;
  /** Only this run: needed with a ticket, and for runs that ended long ago. */
  run?: string;
  ticket?: string;
  /** Send cookies to another origin. */
  credentials?: boolean;
}
export function connect(options?: ConnectOptions): Connection;

export interface World {
  open(url: string, credentials: boolean): EventSource;
  after(ms: number, fn: () => void): unknown;
  cancel(timer: unknown): void;
  now(): number;
  random(): number;
}
export class EventStream {
  constructor(url: string, options: {
    onEvent(event: TroupeEvent): void;
    onStatus?(status: Status): void;
    credentials?: boolean;
    lastId?: string;
    numbers?: Record<string, number>;
    world?: World;
  });
  readonly lastId: string;
  readonly status: Status;
  close(): void;
}
export class Runs {
  readonly newest: string;
  take(event: TroupeEvent): string[];
  find(run: string): RunState | null;
}
export function backoff(attempt: number, random: number): number;
export function applyEvent(state: RunState, event: TroupeEvent): RunState;
export function fromSnapshot(entry: RunEntry): RunState;
export function logLine(event: SampleEvent): string;
export function clock(ms: number): string;
export function floored(value: number): string;
