/**
 * What an endpoint's handlers came to, counted in private numbers by its thread and copied to shared memory with the
 * thread's other counters.
 */
import { type ControlWords, TALLY, TALLY_COUNTS } from '../memory/control-words.ts';
import { latencyView, recordLatency } from '../memory/latency-bins.ts';

const US_PER_MS = 1_000;

export class Tally {
  /** Runs whose result was sent, by value or acknowledgement. */
  delivered = 0;
  /** Runs that threw, rejected, took too long, or returned what cannot be sent: one for each attempt. */
  failed = 0;
  /** Handlers that run now and have not settled. */
  inFlight = 0;

  /** Of a subscription: events that its bound dropped on its thread. */
  dropped = 0;
  readonly #queue: { readonly length: number } | undefined;
  #latencies: Float64Array | undefined;

  /** `queue`: of a subscription, which shows what waits there in the place of handlers that run. */
  constructor(queue?: { readonly length: number }) {
    this.#queue = queue;
  }

  /** Counts for `target` from now on: what the one before it has left is forgotten. */
  bind(control: ControlWords, target: number): void {
    this.#latencies = latencyView(control.latencies, target).fill(0);
    this.publish(control.tallies, target);
  }

  /** A run of the handler took so long. */
  ran(durationMs: number): void {
    if (this.#latencies !== undefined) recordLatency(this.#latencies, 0, durationMs * US_PER_MS);
  }

  publish(tallies: Float64Array, target: number): void {
    const at = target * TALLY_COUNTS;
    tallies[at + TALLY.delivered] = this.delivered;
    tallies[at + TALLY.failed] = this.failed;
    tallies[at + TALLY.inFlight] = this.#queue?.length ?? this.inFlight;
    tallies[at + TALLY.dropped] = this.dropped;
  }
}
