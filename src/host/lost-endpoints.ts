/**
 * Endpoints that have gone with their threads, which did not end in good order: until one with the same id comes, or for a
 * minute, since a thread may have been ended on purpose. Bounded: of more the oldest are forgotten.
 */
import type { ThreadEnd } from '../control/plane.ts';

const LOST_MAX = 1024;
const LOST_MS = 60_000;

export interface LostEndpoint extends ThreadEnd {
  readonly id: string;
}

export class LostEndpoints {
  /** Oldest first. */
  readonly #lost = new Map<string, LostEndpoint & { readonly atMs: number }>();

  /** A thread that exits with 0 meant to. Times: ms of one clock. */
  note(id: string, { exitCode, threadId }: ThreadEnd, nowMs: number): void {
    if (exitCode === 0) return;
    this.#lost.delete(id);
    this.#lost.set(id, { id, exitCode, threadId, atMs: nowMs });
    const [oldest] = this.#lost.keys();
    if (this.#lost.size > LOST_MAX && oldest !== undefined) this.#lost.delete(oldest);
  }

  cameBack(id: string): void {
    this.#lost.delete(id);
  }

  all(nowMs: number): readonly LostEndpoint[] {
    for (const { atMs, id } of this.#lost.values()) {
      if (nowMs - atMs < LOST_MS) break;
      this.#lost.delete(id);
    }
    return [...this.#lost.values()];
  }
}
