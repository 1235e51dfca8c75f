import { describe, expect, it } from 'vitest';
import type { SendOptions } from '../../../src/options.ts';
import { Fingerprints } from '../../../src/shard/fingerprints.ts';
import type { ShardLink } from '../../../src/shard/shard-link.ts';
import { type Placed, Scene } from './scene.ts';

const SEED = Int32Array.of(1, 2, 3, 4);

/** What is made of messages that are on loan, sent with these options under these keys; undefined: nothing. */
function printsOf(
  sent: readonly {
    readonly key: string;
    readonly options?: SendOptions;
    readonly verb?: 'request';
  }[],
  seed: Int32Array = SEED,
): (string | undefined)[] {
  const scene = new Scene();
  const { receiver }: Placed = scene.endpoint('*', { window: 16 });
  for (const { key, options, verb = 'notify' } of sent) scene.sender[verb](key, 1, options);
  scene.world.run();
  const link = scene.world.shard().state.links[0] as ShardLink;
  const prints = new Fingerprints();
  return receiver.loans.map(({ slot }) => {
    return prints.make(seed, link, slot) ? prints.print.join() : undefined;
  });
}

describe('the fingerprint of a notification', () => {
  it('is the same for the same key and id, whatever its payload and headers', () => {
    const long = 'ü'.repeat(128);
    for (const id of ['x', '12345678', 'a longer one than a block', long]) {
      const [one, two] = printsOf([
        { key: 'k', options: { id } },
        { key: 'k', options: { id, headers: { x: 'y' } } },
      ]);
      expect(one).toBeDefined();
      expect(two).toBe(one);
    }
  });

  it('tells keys, ids, where one ends and the other begins, and zeros at their ends', () => {
    const prints = printsOf(
      [
        ['k', 'x'],
        ['k', 'y'],
        ['l', 'x'],
        ['kx', 'x'],
        ['k', 'xx'],
        ['k', 'x\0'],
        ['k\0', 'x'],
        ['12345678', 'x'],
        ['1234567', '8x'],
        ['12345678x', '\0'],
      ].map(([key, id]) => ({ key: key as string, options: { id } })),
    );
    expect(new Set(prints).size).toBe(prints.length);
    expect(prints).not.toContain(undefined);
  });

  it('is another one with another seed', () => {
    const sent = [{ key: 'k', options: { id: 'x' } }];
    const seeds = [SEED, Int32Array.of(1, 2, 3, 5), Int32Array.of(2, 1, 3, 4)];
    expect(new Set(seeds.flatMap((seed) => printsOf(sent, seed))).size).toBe(3);
  });

  it('is none without an id of the sender’s, and of a request', () => {
    expect(
      printsOf([
        { key: 'k' },
        { key: 'k', options: { headers: { id: 'x' } } },
        { key: 'k', options: { id: 'x' }, verb: 'request' },
      ]),
    ).toEqual([undefined, undefined, undefined]);
  });

  it('is made anew for the next message in the same slot', () => {
    const scene = new Scene({ slots: 2 });
    const { receiver } = scene.endpoint('k');
    const link = scene.world.shard().state.links[0] as ShardLink;
    const prints = new Fingerprints();
    const seen = ['x', 'y', 'x', 'y'].map((id) => {
      scene.sender.notify('k', 1, { id });
      scene.world.run();
      prints.make(SEED, link, receiver.loans[0]?.slot as number);
      receiver.acknowledge();
      scene.world.run();
      return prints.print.join();
    });
    expect(seen).toEqual([seen[0], seen[1], seen[0], seen[1]]);
    expect(seen[0]).not.toBe(seen[1]);
  });
});
