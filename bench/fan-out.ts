/**
 * How many messages a second reach all subscribers of their key, on up to four threads:
 *
 *     main --tryPublish--> shard --deliver--> every subscription, copied or leased
 *
 * Against one postMessage to each of the same threads, whose subscribers share its bytes. Where what is asked for is
 * copies, against one to each subscriber: there each owns its bytes on both sides, and the shared ones stand beside.
 */

import { startSubscribed } from './bus/subscribed.ts';
import type { Comparison, Contestant } from './harness/contestant.ts';
import type { FanOut } from './messages/fan-out-counts.ts';
import { startPostMessageFanOut } from './peers/post-message-fan-out.ts';

const SIZES_BYTES = [64, 16_384, 1_000_000] as const;
const SUBSCRIBERS = [1, 4, 16] as const;
const THREADS_MAX = 4;

/** What is asked for: a megabyte to eight subscribers on four threads. */
const ASKED: FanOut = { subscribers: 8, sizeBytes: 1_000_000, threads: THREADS_MAX };
const ASKED_LEASED = 4;
const ASKED_COPIED = 0.9;

export interface FanOutComparison extends Comparison {
  readonly fanOut: FanOut;
}

export const fanOuts: readonly FanOutComparison[] = [
  ...SUBSCRIBERS.flatMap((subscribers) =>
    SIZES_BYTES.map((sizeBytes) => {
      const fanOut = { subscribers, sizeBytes, threads: Math.min(subscribers, THREADS_MAX) };
      return comparisonOf('fan-out', fanOut, [
        { name: 'bus, leased', role: 'bus', start: () => startSubscribed(fanOut, true) },
        { name: 'bus, copied', role: 'aside', start: () => startSubscribed(fanOut, false) },
        toThreads(fanOut, 'peer'),
      ]);
    }),
  ),
  {
    ...comparisonOf('fan-out-leased', ASKED, [
      { name: 'bus, leased', role: 'bus', start: () => startSubscribed(ASKED, true) },
      toThreads(ASKED, 'peer'),
    ]),
    reach: ASKED_LEASED,
  },
  {
    ...comparisonOf('fan-out-copied', ASKED, [
      { name: 'bus, copied', role: 'bus', start: () => startSubscribed(ASKED, false) },
      {
        name: 'postMessage to each subscriber',
        role: 'peer',
        start: () => startPostMessageFanOut(ASKED, true),
      },
      toThreads(ASKED, 'aside'),
    ]),
    reach: ASKED_COPIED,
  },
];

function comparisonOf(
  kind: string,
  fanOut: FanOut,
  contestants: readonly Contestant[],
): FanOutComparison {
  const { sizeBytes, subscribers, threads } = fanOut;
  return {
    name: `${kind}-${subscribers}x${sizeBytes}`,
    topology: `main -> shard -> ${subscribers} subscribers on ${threads} threads, ${sizeBytes} bytes`,
    measure: 'rate',
    contestants,
    fanOut,
  };
}

function toThreads(fanOut: FanOut, role: Contestant['role']): Contestant {
  return {
    name: 'postMessage to each thread',
    role,
    start: () => startPostMessageFanOut(fanOut, false),
  };
}
