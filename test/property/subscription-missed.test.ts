/** The bound of a subscription over several shards: whatever order their events come in, the oldest that is left tells. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SubscriptionReceiver } from '../../src/client/subscription-receiver.ts';
import { PAGE_BYTES } from '../../src/memory/heap.ts';
import { resolveSubscribeOptions } from '../../src/options.ts';
import { scaledRuns } from '../setup/property-runs.ts';
import { CoreWorld } from '../unit/client/core-world.ts';

const COUNT = 160;
const SIZE = { slots: 512, cells: 128, clients: 1, batchSize: 10 } as const;

/** Who takes a turn: the client, or a shard. */
const CLIENT = 0;

interface Flood {
  readonly shards: number;
  readonly capacity: number;
  readonly keys: number;
  readonly turns: readonly number[];
}

const floods: fc.Arbitrary<Flood> = fc.record({
  shards: fc.constantFrom(1, 2, 4),
  capacity: fc.constantFrom(1, 3, 10, 40),
  keys: fc.constantFrom(1, 3, 8),
  turns: fc.array(fc.nat(4), { maxLength: 120 }),
});

/** A thread sends all of them in one go to a subscription of its own; then everybody has its turns. */
function play({ shards, capacity, keys, turns }: Flood): [unknown, number][] {
  const heapBytes = 64 * PAGE_BYTES;
  const world = new CoreWorld({ ...SIZE, shards, heapBytes });
  const client = world.client();
  const { core } = client;
  const seen: [unknown, number][] = [];
  let target = -1;
  const receiver = new SubscriptionReceiver(
    resolveSubscribeOptions({ capacity }),
    core.receiverParts,
    {
      handler: ({ payload, missed }) => void seen.push([payload, missed]),
      onError: (error) => {
        throw error;
      },
      droppedByShards: () => core.links.reduce((sum, link) => sum + link.droppedFor(target), 0),
      keptBy: (shard) => core.links[shard]?.keptFor(target) ?? 0,
      onSlow: () => {},
    },
  );
  const window = Math.max(1, Math.floor(Math.min(capacity, 64) / shards));
  const spec = { window, waiting: capacity, whenFull: 'drop-oldest' } as const;
  target = world.addTarget(client, receiver, { kind: 'subscription', ...spec });
  world.subscribe('flood.*', target);
  for (let at = 0; at < COUNT; at++) {
    const said = client.tryPublish(`flood.${at % keys}`, at);
    if (said !== 'accepted') throw new Error(`event ${at}: ${said}`);
  }
  for (const turn of turns) {
    if (turn === CLIENT) {
      client.endMicrotask();
      core.poll();
    } else world.shard((turn - 1) % shards).step(world.nowMs);
  }
  world.run();
  return seen;
}

describe('a flood in one go, over its bound', () => {
  it('leaves exactly the newest, and the first of them tells of all that went', () => {
    fc.assert(
      fc.property(floods, (flood) => {
        const { capacity } = flood;
        const newest = Array.from({ length: capacity }, (_, at) => COUNT - capacity + at);
        expect(play(flood)).toEqual(newest.map((at, place) => [at, place === 0 ? newest[0] : 0]));
      }),
      { numRuns: scaledRuns(200) },
    );
  });
});
