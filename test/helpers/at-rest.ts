/** Checks that a bus that is left alone holds nothing: no slot, heap block, loan, delivery or correlation anywhere. */
import { expect } from 'vitest';
import type { MessageBus } from '../../src/index.ts';
import { until } from './gate.ts';
import { NOTHING, restOf } from './watched-bus.ts';

export { createWatchedBus, shardThreads } from './watched-bus.ts';

/** Turns of the event loop; other threads publish their counters when they park, within a few of theirs. */
const LOOKS_MAX = 20_000;

/** Passes when everything has come back; fails with what has not. */
export async function expectAtRest(bus: MessageBus): Promise<void> {
  let rest = await restOf(bus);
  let looks = 0;
  await until(async () => {
    rest = await restOf(bus);
    looks += 1;
    return looks > LOOKS_MAX || Object.values(rest).every((count) => count === 0);
  });
  expect(rest).toEqual(NOTHING);
}
