/** How long the awaited calls of a thread took, counted in its shared memory. */
import { CALL_LATENCY } from '../memory/client-memory.ts';
import { LATENCY_COUNTS, recordLatency } from '../memory/latency-bins.ts';
import { KIND } from '../message/kinds.ts';

const US_PER_MS = 1_000;

/** `durationMs`: from the call until it was settled, however it ended. */
export function countCall(latencies: Float64Array, kind: number, durationMs: number): void {
  const place =
    kind === KIND.request
      ? CALL_LATENCY.request
      : kind === KIND.event
        ? CALL_LATENCY.publish
        : CALL_LATENCY.notify;
  recordLatency(latencies, place * LATENCY_COUNTS, durationMs * US_PER_MS);
}
