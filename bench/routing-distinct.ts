/**
 * What it costs that no key ever comes twice and none matches:
 *
 *     main --tryPublish, each with a key of its own--> shard, 1 000 globs, no subscription that matches
 *
 * Keys are interned, sent, looked up uncached and forgotten again. The last three tenths are compared with the three
 * after the first, which warms up: medians of their rates, and what the process holds after a collection.
 */

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createBus } from '../src/index.ts';
import { spreadOf } from './harness/statistics.ts';

export interface DistinctFigures {
  readonly keys: number;
  /** Messages a second. */
  readonly earlyRate: number;
  readonly lateRate: number;
  /** MB of JavaScript heap and buffers, without what nobody needs. */
  readonly earlyMb: number;
  readonly lateMb: number;
}

export interface DistinctPlan {
  readonly keys: number;
}

const TENTHS = 10;
const GLOBS = 1_000;
const BYTES_PER_MB = 1e6;

/** Rejects unless every message was settled and reached nobody. */
export async function measureDistinct({ keys }: DistinctPlan): Promise<DistinctFigures> {
  const bus = await createBus({ shards: 1 });
  try {
    let received = 0;
    const receive = (): void => {
      received += 1;
    };
    const patterns = Array.from({ length: GLOBS }, (_none, at) => `*.only-${at}.*`);
    await Promise.all(patterns.map((pattern) => bus.subscribe(pattern, receive, { capacity: 1 })));
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const rates: number[] = [];
    const sizes: number[] = [];
    const part = keys / TENTHS;
    for (let tenth = 0; tenth < TENTHS; tenth++) {
      const start = performance.now();
      for (let at = tenth * part; at < (tenth + 1) * part; at++) {
        while (bus.tryPublish(`distinct.${at}.key`) !== 'accepted') await bus.writable();
      }
      await bus.flush();
      rates.push(part / ((performance.now() - start) / 1_000));
      collect();
      const { arrayBuffers, heapUsed } = process.memoryUsage();
      sizes.push((arrayBuffers + heapUsed) / BYTES_PER_MB);
    }
    const { accepted, settled } = (await bus.metrics()).messages;
    if (accepted !== keys || settled !== keys || received > 0) {
      throw new Error(`of ${keys} messages ${settled} were settled, and ${received} received`);
    }
    return {
      keys,
      earlyRate: spreadOf(rates.slice(1, 4)).median,
      lateRate: spreadOf(rates.slice(-3)).median,
      earlyMb: sizes[1] as number,
      lateMb: sizes.at(-1) as number,
    };
  } finally {
    await bus.close();
  }
}

export function distinctText(figures: DistinctFigures): string {
  const { earlyMb, earlyRate, keys, lateMb, lateRate } = figures;
  const rate = (value: number): string => `${(value / 1_000).toFixed(0)} k messages/s`;
  return [
    `main -> shard, ${keys} keys, each used once, none matched`,
    `  at first: ${rate(earlyRate)}, ${earlyMb.toFixed(0)} MB of heap and buffers`,
    `  at last: ${rate(lateRate)}, ${lateMb.toFixed(0)} MB`,
    `  last : first = ${(lateRate / earlyRate).toFixed(2)}`,
  ].join('\n');
}
