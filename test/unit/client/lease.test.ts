import { describe, expect, it } from 'vitest';
import { endLease, leaseBytes } from '../../../src/client/lease.ts';
import { Loan } from '../../../src/client/loan.ts';
import { KIND } from '../../../src/message/kinds.ts';
import { NO_SEND_OPTIONS } from '../../../src/options.ts';
import { CoreWorld } from './core-world.ts';

/** A loan of a message with this payload, in its sender's own slot. */
function loanOf(payload: unknown): { readonly loan: Loan; readonly heap: SharedArrayBuffer } {
  const { core, sender } = new CoreWorld().client();
  const { slot } = sender.send(KIND.event, 'k', payload, NO_SEND_OPTIONS);
  const link = core.links[0] as (typeof core.links)[number];
  const peer = core.peers.get(core.id);
  return { loan: new Loan(link, 0, 1, peer, slot, 1, false), heap: core.memory.heap };
}

describe('leaseBytes', () => {
  it('is a view of the sender’s heap, for a Buffer too', () => {
    for (const payload of [new Uint8Array([1, 2, 3]), Buffer.from([1, 2, 3])]) {
      const { loan, heap } = loanOf(payload);
      const bytes = leaseBytes(loan, false) as Uint8Array;
      expect(Object.getPrototypeOf(bytes)).toBe(Uint8Array.prototype);
      expect(bytes.buffer).toBe(heap);
      expect([...bytes]).toEqual([1, 2, 3]);
    }
  });

  it('is empty where there are no bytes, and none for what is not bytes', () => {
    expect(leaseBytes(loanOf(new Uint8Array(0)).loan, false)).toEqual(new Uint8Array(0));
    for (const payload of ['text', { a: 1 }, new ArrayBuffer(2), new Int8Array(2), undefined]) {
      expect(leaseBytes(loanOf(payload).loan, false)).toBe(undefined);
    }
  });

  it('when it is checked is a copy, written over when the lease ends and not before', () => {
    const { loan, heap } = loanOf(new Uint8Array([1, 2, 3]));
    const bytes = leaseBytes(loan, true) as Uint8Array;
    expect(bytes.buffer).toBeInstanceOf(ArrayBuffer);
    expect(bytes.buffer).not.toBe(heap);
    expect([...bytes]).toEqual([1, 2, 3]);
    endLease(loan);
    expect([...bytes]).toEqual([0xdb, 0xdb, 0xdb]);
    endLease(loan);
    expect([...(leaseBytes(loan, false) as Uint8Array)]).toEqual([1, 2, 3]);
  });
});
