import { describe, expect, it } from 'vitest';
import { readMessage, readPayload } from '../../../src/client/read-message.ts';
import { CoreWorld } from './core-world.ts';
import { HoldingReceiver } from './holding-receiver.ts';

describe('reading a message', () => {
  it.each([
    ['bytes', new Uint8Array([1, 2])],
    ['a buffer', Buffer.from('ab')],
    ['text', 'größe'],
    ['nothing', undefined],
    ['a value', { a: [1, null, 'x'] }],
  ])('gives %s as the receiver’s own, behind the headers', (_, payload) => {
    const world = new CoreWorld();
    const holder = new HoldingReceiver(world.client(1));
    world.addRoute('k', world.addTarget(world.client(1), holder));
    world.client().notify('k', payload, { headers: { h: 'v' } });
    world.run();
    const [loan] = holder.loans;
    if (loan === undefined) throw new Error('nothing on loan');
    const { reader } = holder.client.core;
    expect(readMessage(loan, reader, false).payload).toEqual(payload);
    expect(readMessage(loan, reader, true).headers).toEqual({ h: 'v' });
    const bytes = readMessage(loan, reader, true).payload;
    const isLeased = bytes instanceof Uint8Array;
    if (isLeased) expect(bytes.buffer).toBe(loan.peer.memory.heap);
    const own = readPayload(loan.peer, loan.slot, reader.codec);
    if (own instanceof Uint8Array) expect(own.buffer).not.toBe(loan.peer.memory.heap);
  });
});
