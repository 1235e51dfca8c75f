import { describe, expect, it } from 'vitest';
import { Interner } from '../../../src/client/interner.ts';
import { Heap, PAGE_BYTES } from '../../../src/memory/heap.ts';
import { hashKey } from '../../../src/message/key.ts';

function makeInterner(limit: number, shards = 4) {
  const bytes = Buffer.alloc(2 * PAGE_BYTES);
  const heap = new Heap(bytes.length, 1 / 8);
  return { interner: new Interner(heap, bytes, shards, limit), heap, bytes };
}

describe('Interner', () => {
  it('writes the key once, with its hash and shard, and finds it again', () => {
    const { interner, heap, bytes } = makeInterner(4);
    const key = interner.intern('größe');
    const used = heap.usedBytes;
    expect(interner.intern('größe')).toBe(key);
    interner.intern('other');
    expect(interner.intern('größe')).toBe(key);
    expect(used).toBe(64);
    expect(key).toMatchObject({
      hash: hashKey('größe'),
      shard: (hashKey('größe') >>> 0) % 4,
      length: 7,
    });
    const { offset, length } = key as NonNullable<typeof key>;
    expect(bytes.toString('utf8', offset, offset + length)).toBe('größe');
  });

  it.each(['', 'x'.repeat(4097), 'lone \ud800'])(
    'refuses a bad key and keeps nothing of it',
    (text) => {
      const { interner, heap } = makeInterner(4);
      expect(() => interner.intern(text)).toThrow(
        expect.objectContaining({ code: 'ERR_BUS_INVALID_MESSAGE' }),
      );
      expect([interner.size, heap.usedBytes]).toEqual([0, 0]);
    },
  );

  it('evicts what was not used since the last sweep, and gives what was a second chance', () => {
    const { interner } = makeInterner(200);
    const [first] = Array.from({ length: 200 }, (_, at) => interner.intern(`k${at}`));
    interner.intern('k0');
    interner.intern('one more');
    // A sweep looks at 64 keys: all of them go but the one that was used.
    expect(interner.size).toBe(200 - 63 + 1);
    expect(interner.intern('k0')).toBe(first);
    expect(interner.intern('k1')?.id).toBe(201);
  });

  it('never evicts a key in flight, even beyond its limit', () => {
    const { interner } = makeInterner(2);
    const keys = ['a', 'b', 'c', 'd'].map((text) => {
      const key = interner.intern(text) as NonNullable<ReturnType<typeof interner.intern>>;
      key.inFlight += 1;
      return key;
    });
    expect(interner.size).toBe(4);
    for (const key of keys) expect(interner.intern(key.text)).toBe(key);
    interner.clear();
    expect(interner.size).toBe(4);
  });

  it('does not hand out an evicted key because it was the last one asked for', () => {
    const { interner } = makeInterner(4);
    const before = interner.intern('a');
    interner.intern('a');
    interner.clear();
    const after = interner.intern('a');
    expect(after).not.toBe(before);
    expect(after?.id).not.toBe(before?.id);
  });

  it('makes room in a full heap by evicting, and says so when there is none', () => {
    const { interner, heap } = makeInterner(1_000_000);
    const key = (at: number): string => `${at}`.padEnd(4096, 'k');
    let fits = 0;
    while (interner.intern(key(fits)) !== undefined && fits < 100) fits++;
    // Every key was evictable, so the bound of the heap was never felt.
    expect(fits).toBe(100);
    interner.clear();
    expect(heap.usedBytes).toBe(0);
    for (let at = 0; at < 16; at++) {
      const held = interner.intern(key(at));
      if (held !== undefined) held.inFlight += 1;
    }
    expect(interner.intern(key(99))).toBeUndefined();
    expect(interner.size).toBe(16);
  });
});
