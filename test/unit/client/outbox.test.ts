import { describe, expect, it } from 'vitest';
import type { ClientCore } from '../../../src/client/client-core.ts';
import type { ClientLink } from '../../../src/client/client-link.ts';
import type { Draft } from '../../../src/client/outbox.ts';
import { NO_SLOT } from '../../../src/client/slot-table.ts';
import { get } from '../../../src/memory/seam.ts';
import {
  GEN,
  HDR_LEN,
  KEY_LEN,
  NO_DEADLINE,
  PAY_LEN,
  PAY_OFF,
  SEQ_LO,
  SLOT_WORDS,
} from '../../../src/memory/slot-header.ts';
import { KIND } from '../../../src/message/kinds.ts';
import { CoreWorld } from './core-world.ts';

function draftOf(core: ClientCore, payload: unknown, more: Partial<Draft> = {}): Draft {
  return {
    kind: KIND.notification,
    flags: 0,
    key: core.interner.intern('k'),
    link: core.links[0] as ClientLink,
    payload,
    id: undefined,
    headers: undefined,
    deadline: NO_DEADLINE,
    expires: NO_DEADLINE,
    corr: 0,
    isReply: false,
    encoded: undefined,
    holder: undefined,
    ...more,
  };
}

const wordOf = (core: ClientCore, slot: number, word: number): number =>
  get(core.memory.headers, slot * SLOT_WORDS + word);

describe('Outbox', () => {
  it('numbers messages and generations', () => {
    const { core } = new CoreWorld().client();
    const slots = [1, 2].map((payload) => core.outbox.submit(draftOf(core, payload)));
    expect(slots.map((slot) => wordOf(core, slot, SEQ_LO))).toEqual([1, 2]);
    expect(slots.map((slot) => wordOf(core, slot, GEN))).toEqual([1, 1]);
    expect(slots.map((slot) => wordOf(core, slot, KEY_LEN))).toEqual([1, 1]);
  });

  it('says that there is no room when a getter of the payload has taken the last slot, and keeps nothing', () => {
    const { core } = new CoreWorld({ slots: 3 }).client();
    const inner: number[] = [];
    const payload = {
      get first() {
        while (core.slots.hasRoom(false)) inner.push(core.outbox.submit(draftOf(core, 'inner')));
        return 1;
      },
    };
    const draft = draftOf(core, payload);
    const before = core.heap.usedBytes;
    expect(core.outbox.submit(draft)).toBe(NO_SLOT);
    expect([inner.length, draft.key?.inFlight, core.outbox.isEncoding]).toEqual([2, 2, false]);
    expect(core.heap.usedBytes - before).toBe(2 * 64);
  });

  it('lets go of the key of a message that is refused', () => {
    const { core } = new CoreWorld().client();
    const draft = draftOf(core, { bad: () => {} });
    expect(() => core.outbox.submit(draft)).toThrow('function');
    expect([draft.key?.inFlight, core.outbox.isEncoding, core.slots.used]).toEqual([0, false, 0]);
  });

  it('takes no block for nothing', () => {
    const { core } = new CoreWorld().client();
    const slot = core.outbox.submit(draftOf(core, undefined));
    expect([wordOf(core, slot, PAY_OFF), wordOf(core, slot, PAY_LEN)]).toEqual([-1, 0]);
  });

  it('puts id and headers before the payload', () => {
    const { core } = new CoreWorld().client();
    const slot = core.outbox.submit(draftOf(core, 'text', { id: 'i', headers: { a: 'b' } }));
    const at = wordOf(core, slot, PAY_OFF) + wordOf(core, slot, HDR_LEN);
    expect(wordOf(core, slot, HDR_LEN)).toBeGreaterThan(0);
    expect(core.memory.bytes.toString('utf8', at, at + wordOf(core, slot, PAY_LEN))).toBe('text');
  });

  it('grows the block of a value until it fits', () => {
    const { core } = new CoreWorld({ heapBytes: 1024 * 1024 }).client();
    for (const count of [10, 300, 1200, 20]) {
      const value = Array.from({ length: count }, (_, at) => `item ${at}`);
      const slot = core.outbox.submit(draftOf(core, value, { link: core.links[0] as ClientLink }));
      expect(slot).not.toBe(NO_SLOT);
    }
  });

  it.each([
    ['bytes', new Uint8Array(16 * 1024)],
    ['a value', [new Uint8Array(16 * 1024)]],
    ['text', 'x'.repeat(16 * 1024)],
  ])('refuses %s beyond the largest message, and keeps neither slot nor block', (_, payload) => {
    const { core } = new CoreWorld({ heapBytes: 1024 * 1024 }).client();
    const draft = draftOf(core, payload);
    const before = core.heap.usedBytes;
    const refusal = expect.objectContaining({ code: 'ERR_BUS_MESSAGE_TOO_LARGE' });
    expect(() => core.outbox.submit(draft)).toThrow(refusal);
    expect([core.slots.used, core.heap.usedBytes]).toEqual([0, before]);
    expect(core.links[0]?.submit.pending).toBe(0);
  });

  it('counts key and headers into the size of a message', () => {
    const { core } = new CoreWorld({ maxMessageBytes: 100 }).client();
    expect(core.outbox.submit(draftOf(core, new Uint8Array(99)))).not.toBe(NO_SLOT);
    expect(() => core.outbox.submit(draftOf(core, new Uint8Array(99), { id: 'i' }))).toThrow(
      'too large',
    );
  });

  it('gives the block back when the payload cannot be sent', () => {
    const { core } = new CoreWorld().client();
    const draft = draftOf(core, [1, { deep: () => undefined }]);
    const before = core.heap.usedBytes;
    expect(() => core.outbox.submit(draft)).toThrow('deep');
    expect([core.slots.used, core.heap.usedBytes]).toEqual([0, before]);
  });

  it('says when the heap is full, and leaves a reply its reserve', () => {
    const { core } = new CoreWorld({ heapBytes: 3 * 65_536, maxMessageBytes: 65_536 }).client();
    const bytes = new Uint8Array(60_000);
    const draft = draftOf(core, bytes);
    expect(core.outbox.submit(draft)).not.toBe(NO_SLOT);
    expect(core.outbox.submit(draft)).toBe(NO_SLOT);
    const reply = { ...draft, key: undefined, kind: KIND.response, isReply: true };
    expect(core.outbox.submit(reply)).not.toBe(NO_SLOT);
    expect(core.outbox.submit(reply)).toBe(NO_SLOT);
    expect(core.slots.used).toBe(2);
  });

  it('leaves replies an eighth of the slots', () => {
    const { core } = new CoreWorld({ slots: 8 }).client();
    let taken = 0;
    while (core.outbox.submit(draftOf(core, undefined)) !== NO_SLOT) taken++;
    expect(taken).toBe(7);
    const reply = draftOf(core, undefined, { kind: KIND.response, key: undefined, isReply: true });
    expect(core.outbox.submit(reply)).not.toBe(NO_SLOT);
    expect(core.outbox.submit(reply)).toBe(NO_SLOT);
  });

  it('makes a private copy of what must wait', () => {
    const { core } = new CoreWorld().client();
    const bytes = new Uint8Array([1, 2]);
    const encoded = core.outbox.encode(bytes);
    bytes.fill(9);
    expect([...encoded.bytes]).toEqual([1, 2]);
    const large = core.outbox.encode(Array.from({ length: 500 }, (_, at) => `item ${at}`));
    expect(large.bytes.length).toBeGreaterThan(2000);
    expect(() => core.outbox.encode(['x'.repeat(20_000)])).toThrow('too large');
    expect(() => core.outbox.encode(new Uint8Array(20_000))).toThrow('too large');
  });
});
