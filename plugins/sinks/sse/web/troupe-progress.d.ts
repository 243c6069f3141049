/** Types of troupe-progress.js, which defines <troupe-progress>. */

import type { Progress, RunState, SampleEvent } from "./troupe.js";

export class TroupeProgress extends HTMLElement {
  /** The run as it is shown, or null. */
  readonly state: RunState | null;
}
export function parseSrc(src: string, base: string): { base: string; run: string; ticket: string };

declare global {
  interface HTMLElementTagNameMap {
    "troupe-progress": TroupeProgress;
  }
  interface HTMLElementEventMap {
    "troupe-progress": CustomEvent<Progress & { run: string }>;
    "troupe-sample": CustomEvent<SampleEvent>;
    "troupe-state": CustomEvent<{ run: string; state: string; reason: string }>;
    "troupe-complete": CustomEvent<{ run: string; result: Record<string, unknown> | null }>;
  }
}
