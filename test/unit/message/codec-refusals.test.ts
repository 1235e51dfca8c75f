import { describe, expect, it } from 'vitest';
import { HEAP_BYTES, pair, refusal, roundTrip } from './through-heap.ts';

function cyclicObject(): unknown {
  const a: Record<string, unknown> = { list: [] };
  (a['list'] as unknown[]).push(1, { back: a });
  return a;
}

function cyclicMap(): unknown {
  const map = new Map<unknown, unknown>();
  return { m: map.set('k', [map]) };
}

function cyclicSet(): unknown {
  const set = new Set<unknown>();
  return set.add(1).add({ set });
}

function revoked(): unknown {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

function transferredBytes(): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(8);
  structuredClone(bytes, { transfer: [bytes.buffer] });
  return bytes;
}

function viewBeyondTheEnd(): Uint8Array {
  // Node has these; the language level of the types has not.
  const Resizable = ArrayBuffer as unknown as new (
    byteLength: number,
    options: { maxByteLength: number },
  ) => ArrayBuffer & { resize(byteLength: number): void };
  const buffer = new Resizable(16, { maxByteLength: 16 });
  const view = new Uint8Array(buffer, 8);
  buffer.resize(4);
  return view;
}

function deep(levels: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < levels; i++) value = i % 2 === 0 ? [value] : { v: value };
  return value;
}

describe('what is refused', () => {
  it.each([
    ['a function', () => {}, 'payload is a function'],
    ['a class', class {}, 'payload is a function'],
    ['a symbol', Symbol('x'), 'payload is a symbol'],
    [
      'a function in an object',
      { items: [0, 0, 0, { fn: () => {} }] },
      'payload.items[3].fn is a function',
    ],
    ['a symbol under an odd key', { 'a b': { '': Symbol() } }, 'payload["a b"][""] is a symbol'],
    [
      'a function as a Map value',
      {
        m: new Map<number, unknown>([
          [1, 1],
          [2, () => {}],
        ]),
      },
      'payload.m.values()[1]',
    ],
    ['a function as a Map key', new Map([[() => {}, 1]]), 'payload.keys()[0] is a function'],
    ['a function in a Set', { s: new Set([1, () => {}]) }, 'payload.s.values()[1] is a function'],
    ['a WeakMap', { w: new WeakMap() }, 'payload.w is a WeakMap'],
    ['a WeakSet', [new WeakSet()], 'payload[0] is a WeakSet'],
    ['a WeakRef', new WeakRef({}), 'payload is a WeakRef'],
    ['a Promise', { p: Promise.resolve() }, 'payload.p is a Promise'],
    ['a generator', (function* () {})(), 'payload is a generator'],
    ['a SharedArrayBuffer', { s: new SharedArrayBuffer(8) }, 'payload.s is a SharedArrayBuffer'],
    ['a boxed symbol', [Object(Symbol())], 'payload[0] is a symbol'],
    ['a Proxy of a function', { f: new Proxy(() => {}, {}) }, 'payload.f is a function'],
    ['a Proxy of a Promise', new Proxy(Promise.resolve(), {}), 'payload is a Proxy of Promise'],
    ['a Proxy of a WeakMap', [new Proxy(new WeakMap(), {})], 'payload[0] is a Proxy of WeakMap'],
    ['a Proxy of a Map', [new Proxy(new Map(), {})], 'payload[0] is a Proxy of Map'],
    [
      'a Proxy of an ArrayBuffer',
      new Proxy(new ArrayBuffer(1), {}),
      'payload is a Proxy of ArrayBuffer',
    ],
    ['a Proxy of bytes', [new Proxy(new Uint8Array(1), {})], 'payload[0] is a Proxy of TypedArray'],
    ['a revoked Proxy', { r: revoked() }, 'payload.r threw while it was read'],
    [
      'an object that holds itself',
      cyclicObject(),
      'payload.list[1].back is a cycle: it refers back to payload',
    ],
    [
      'a Map that holds itself',
      cyclicMap(),
      'payload.m.values()[0][0] is a cycle: it refers back to payload.m',
    ],
    ['a Set that holds itself', cyclicSet(), 'payload.values()[1].set is a cycle'],
  ])('%s', (_what, value, words) => {
    const error = refusal(value);
    expect(error.code).toBe('ERR_BUS_INVALID_MESSAGE');
    expect(error.message).toContain(words);
    expect(error.retryable).toBe(false);
  });

  it.each<[string, () => Uint8Array | ArrayBuffer]>([
    ['bytes that were transferred', transferredBytes],
    ['an ArrayBuffer that was transferred', () => transferredBytes().buffer],
    ['a view beyond the end of what was shrunk', viewBeyondTheEnd],
  ])('%s', (_what, make) => {
    for (const value of [make(), { bytes: make() }]) {
      expect(refusal(value)).toMatchObject({ code: 'ERR_BUS_INVALID_MESSAGE' });
    }
  });

  it('no bytes that are merely empty', () => {
    expect(roundTrip(new Uint8Array(0))).toEqual(new Uint8Array(0));
    expect(roundTrip(Buffer.alloc(0))).toEqual(Buffer.alloc(0));
    expect(roundTrip(new ArrayBuffer(0))).toEqual(new ArrayBuffer(0));
  });

  it('a getter that throws, with what it threw as the cause', () => {
    const cause = new Error('no');
    const value = {
      list: [
        {
          ok: 1,
          get total(): number {
            throw cause;
          },
        },
      ],
    };
    const error = refusal(value);
    expect(error.message).toContain('payload.list[0].total threw while it was read');
    expect(error.cause).toBe(cause);
    expect(error.details).toMatchObject({ field: 'payload.list[0].total' });
  });

  it('500 levels are kept, 501 are refused with the limit, and a million do not end the stack', () => {
    expect(roundTrip(deep(500))).toEqual(deep(500));
    expect(refusal(deep(501)).message).toContain('nested more than 500 levels deep');
    expect(refusal(deep(1_000_000)).message).toContain('…');
  });

  it('a value for which the stack that is left does not suffice, without a RangeError', () => {
    const { sender, heap } = pair();
    const value = deep(450);
    const outcomes = new Set<string>();
    const descend = (frames: number): void => {
      if (frames % 20 === 0) attempt();
      descend(frames + 1);
    };
    const attempt = (): void => {
      try {
        sender.write(0, value, heap, 0, HEAP_BYTES);
        outcomes.add('written');
      } catch (error) {
        outcomes.add((error as { code?: string }).code ?? String(error));
      }
    };
    expect(() => descend(0)).toThrow(RangeError);
    outcomes.delete('written');
    // The very last frames cannot even build an error; all others must say what is wrong.
    for (const outcome of outcomes) expect(outcome).toMatch(/ERR_BUS_INVALID_MESSAGE|RangeError/);
    expect(outcomes).toContain('ERR_BUS_INVALID_MESSAGE');
    expect(roundTrip({ a: [1] })).toEqual({ a: [1] });
  });

  it('and leaves the codec usable, keeping nothing of the payload', () => {
    const through = pair();
    const { sender, heap } = through;
    const bad = { deep: [{ text: 'x'.repeat(50), fn: () => {} }] };
    expect(() => sender.write(0, bad, heap, 0, 1000)).toThrow('payload.deep[0].fn');
    const good = { deep: [{ text: 'y'.repeat(20), n: 1 }] };
    expect(roundTrip(good, through)).toStrictEqual(good);
    const { fn } = bad.deep[0] as { fn: () => void };
    expect(refusal({ a: fn }).message).toContain('payload.a is a function');
  });
});

describe('code of the caller that runs while it encodes', () => {
  it('may send something else meanwhile', () => {
    const through = pair();
    const { sender, receiver, shapes, heap } = through;
    const outer = {
      before: 'a text of more than sixteen units',
      get inner(): unknown {
        const at = 100_000;
        const other = { text: 'another text of more than sixteen units', n: [1, 2] };
        const written = sender.write(0, other, heap, at, 1000);
        return receiver.read(0, heap, at, written, shapes);
      },
      after: 'a third text of more than sixteen units',
    };
    const expected = { ...outer };
    for (let i = 0; i < 3; i++) expect(roundTrip(outer, through)).toStrictEqual(expected);
  });

  it('may add and remove what is being encoded', () => {
    const list: unknown[] = [1, 2, 3];
    const value = {
      get shrink(): number {
        list.length = 1;
        return 1;
      },
      list,
      get grow(): number {
        for (let i = 0; i < 100; i++) list.push(i);
        return 2;
      },
    };
    expect(roundTrip(value)).toStrictEqual({ shrink: 1, list: [1], grow: 2 });
  });
});
