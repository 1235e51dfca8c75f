/**
 * What it costs that no key ever comes twice and none matches:
 *
 *     main --tryPublish, each with a key of its own--> shard, 1 000 globs, no subscription that matches
 *
 * Keys are interned, sent, looked up uncached and forgotten again. The last tenth is compared with the second, in
 * messages a second and in what the process holds; the first tenth warms up.
 */

import { createBus } from '../src/index.ts';

export interface DistinctFigures {
  readonly keys: number;
  /** Messages a second in the second tenth and in the last. */
  readonly earlyRate: number;
  readonly lateRate: number;
  /** MB of JavaScript heap and buffers, as found after each. */
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
      const { arrayBuffers, heapUsed } = process.memoryUsage();
      sizes.push((arrayBuffers + heapUsed) / BYTES_PER_MB);
    }
    const { accepted, settled } = (await bus.metrics()).messages;
    if (accepted !== keys || settled !== keys || received > 0) {
      throw new Error(`of ${keys} messages ${settled} were settled, and ${received} received`);
    }
    return {
      keys,
      earlyRate: rates[1] as number,
      lateRate: rates.at(-1) as number,
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
    `  second tenth: ${rate(earlyRate)}, ${earlyMb.toFixed(0)} MB of heap and buffers`,
    `  last tenth: ${rate(lateRate)}, ${lateMb.toFixed(0)} MB`,
    `  last : second = ${(lateRate / earlyRate).toFixed(2)}`,
  ].join('\n');
}
