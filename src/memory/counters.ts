/**
 * Counters of one thread in its own shared memory. The thread counts in private numbers and copies them out once a
 * batch; metrics on the main thread read them at any time and may be a batch behind. Float64, so that they do not
 * wrap; aligned, so that no supported platform tears them.
 */

/** Room for 48 counters of 8 bytes. */
export const COUNTER_WORDS = 96;

export const CLIENT_COUNTERS = [
  'accepted',
  'settled',
  'failed',
  'timedOut',
  'aborted',
  'noRoute',
  'delivered',
  'handlerFailed',
  'lateResults',
  'dropped',
  // Events whose ttl passed in a subscription's queue.
  'expired',
  'full',
  'requests',
  'responses',
  'notifications',
  'events',
  'slotsUsed',
  'heapBytesUsed',
  // Written out at once where it was 0: a bus that closes must not take its thread for one at rest.
  'outstanding',
  // Of those outstanding: settled, and still on loan to a handler that nobody waits for.
  'leftBehind',
  // Events that callbacks hold, or that wait for one: written out at once, not with the others.
  'callbacks',
  // Of the client that keeps the dead letters.
  'deadLettered',
] as const;

export const SHARD_COUNTERS = [
  'routed',
  'delivered',
  'settled',
  'failed',
  'timedOut',
  'late',
  'noRoute',
  'dropped',
  // Events whose ttl passed here, by receiver.
  'expired',
  'parked',
  'retried',
  // Deliveries that an endpoint's dedupe window kept from being handled again.
  'duplicates',
  'cacheMisses',
  'steps',
  'sleeps',
] as const;

export type ClientCounter = (typeof CLIENT_COUNTERS)[number];
export type ShardCounter = (typeof SHARD_COUNTERS)[number];

/** Private counts, copied to shared memory by `publish`. */
export class Counters<Name extends string> {
  readonly counts: Record<Name, number>;
  readonly #names: readonly Name[];
  readonly #shared: Float64Array;

  constructor(names: readonly Name[], shared: Float64Array) {
    this.#names = names;
    this.#shared = shared;
    this.counts = readCounters(names, shared);
  }

  /** Changes one count and copies it out at once: for what another thread must not see too late. */
  add(name: Name, change: number): void {
    this.counts[name] += change;
    this.#shared[this.#names.indexOf(name)] = this.counts[name];
  }

  publish(): void {
    for (let i = 0; i < this.#names.length; i++) {
      this.#shared[i] = this.counts[this.#names[i] as Name];
    }
  }
}

/** A snapshot by name; possibly a batch old. */
export function readCounters<Name extends string>(
  names: readonly Name[],
  shared: Float64Array,
): Record<Name, number> {
  const out = {} as Record<Name, number>;
  names.forEach((name, index) => {
    out[name] = shared[index] as number;
  });
  return out;
}
