/** Two clients that are full of requests to each other, with replies of the same size: what is kept for replies is theirs. */
import { describe, expect, it } from 'vitest';
import { PAGE_BYTES } from '../../../src/memory/heap.ts';
import { heldByWorld } from './at-rest.ts';
import { CoreWorld } from './core-world.ts';
import { HoldingReceiver } from './holding-receiver.ts';

const REQUESTS = 200;

describe('two clients full of requests to each other', () => {
  it.each([
    ['of the same class', 8_000, 8_000],
    ['of another class', 8_000, 12_000],
    ['of whole pages', 60_000, 60_000],
  ])('answer all of them, with replies %s', (_, requestBytes, replyBytes) => {
    const world = new CoreWorld({
      slots: 256,
      cells: 512,
      heapBytes: 8 * PAGE_BYTES,
      maxMessageBytes: PAGE_BYTES,
    });
    const receivers = [0, 1].map((id) => {
      const receiver = new HoldingReceiver(world.client(id));
      const target = world.addTarget(receiver.client, receiver, { window: 64 });
      world.addRoute(`to.${id}`, target);
      return receiver;
    });
    const payload = new Uint8Array(requestBytes);
    const reply = new Uint8Array(replyBytes);
    const sends = Array.from({ length: REQUESTS }, () => [
      world.client(0).request('to.1', payload, { timeout: 1e6 }),
      world.client(1).request('to.0', payload, { timeout: 1e6 }),
    ]).flat();
    world.run();
    // First one reply each: what is left of its page must not go to the requests that wait for room.
    for (let answered = 0; answered < REQUESTS; answered++) {
      for (const receiver of receivers) if (receiver.held > 0) receiver.reply(reply);
      world.run();
    }
    expect(sends.filter(({ isOpen }) => isOpen).length).toBe(0);
    expect(heldByWorld(world)).toEqual({});
  });
});
