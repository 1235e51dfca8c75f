import { describe, expect, it } from 'vitest';
import { STATUS } from '../../../src/memory/entries.ts';
import type { BusError } from '../../../src/message/errors.ts';
import { heldByWorld } from './at-rest.ts';
import { CoreWorld } from './core-world.ts';
import { HoldingReceiver } from './holding-receiver.ts';

function makeFanOut(endpoints: number, size: ConstructorParameters<typeof CoreWorld>[0] = {}) {
  const world = new CoreWorld(size);
  const sender = world.client(0);
  const receivers = Array.from({ length: endpoints }, () => new HoldingReceiver(world.client(1)));
  for (const receiver of receivers) world.addRoute('k', world.addTarget(world.client(1), receiver));
  return { world, sender, receivers };
}

const failedOf = (error: Error): unknown => (error as BusError).details['failed'];

describe('a failure report', () => {
  it('names the endpoint and its error', () => {
    const { world, sender, receivers } = makeFanOut(1);
    const send = sender.notify('k');
    world.run();
    receivers[0]?.report('billing', new TypeError('bad'));
    world.run();
    expect(send.toError()).toMatchObject({
      code: 'ERR_BUS_DELIVERY_FAILED',
      details: { delivered: 0, failed: [{ endpoint: 'billing', error: new TypeError('bad') }] },
    });
    expect(heldByWorld(world)).toEqual({});
  });

  it('comes of each that failed, and the call ends when all are there', () => {
    const { world, sender, receivers } = makeFanOut(4);
    const send = sender.notify('k');
    world.run();
    receivers.forEach((receiver, at) => {
      if (at === 2) receiver.acknowledge();
      else receiver.report(`e${at}`, `why ${at}`);
    });
    world.run();
    const error = send.toError();
    expect(failedOf(error)).toEqual(
      [0, 1, 3].map((at) => ({ endpoint: `e${at}`, error: `why ${at}` })),
    );
    expect(error).toMatchObject({ details: { delivered: 1 } });
  });

  it('is left out, and the failure counted, where there is no room for it', () => {
    const { world, sender, receivers } = makeFanOut(3, { reportsWindow: 1 });
    const send = sender.notify('k');
    world.run();
    for (const [at, receiver] of receivers.entries()) receiver.report(`e${at}`, 'why');
    world.run();
    expect(failedOf(send.toError())).toEqual([{ endpoint: 'e0', error: 'why' }]);
    expect(send.toError()).toMatchObject({ details: { delivered: 0 } });
    expect(heldByWorld(world)).toEqual({});
  });

  it('keeps the slot of a message that has timed out until it was read', () => {
    const { world, sender, receivers } = makeFanOut(2, { cells: 6, reportsWindow: 2 });
    const send = sender.notify('k', 1, { timeout: 10 });
    world.run();
    receivers[0]?.report('e0', 'first');
    receivers[1]?.client.core.flush();
    // In one step: the report sets off, the time is over; then the other endpoint gives back.
    world.nowMs += 10;
    world.shard().step(world.nowMs);
    receivers[1]?.acknowledge();
    receivers[1]?.client.core.flush();
    world.shard().step(world.nowMs);
    // The status and the release come before the report: a client reads completions first.
    const seen: number[] = [];
    const { put } = sender.core.slots;
    sender.core.slots.put = (slot) => {
      seen.push(sender.core.slots.reports[slot] as number);
      put.call(sender.core.slots, slot);
    };
    world.run();
    expect(send.toError()).toMatchObject({ code: 'ERR_BUS_TIMEOUT' });
    expect(seen).toEqual([1]);
    const next = sender.notify('k');
    world.run();
    for (const receiver of receivers) receiver.report('again', 'second');
    world.run();
    expect(failedOf(next.toError())).toHaveLength(2);
    expect(heldByWorld(world)).toEqual({});
  });

  it('is counted to 255 a message, and no further one is sent', () => {
    const { world, sender, receivers } = makeFanOut(300, {
      slots: 512,
      cells: 1024,
      targets: 310,
      reportsWindow: 400,
    });
    const send = sender.notify('k');
    world.run();
    receivers.forEach((receiver, at) => {
      receiver.report(`e${at}`, 'why');
      if (at % 50 === 0) world.run();
    });
    world.run();
    expect(send.isOpen).toBe(false);
    expect(failedOf(send.toError())).toHaveLength(255);
    expect(world.client(1).statuses.filter((status) => status === STATUS.late)).toHaveLength(45);
    expect(heldByWorld(world)).toEqual({});
  });

  it('of an earlier message that nobody waited for are not those of a later one', () => {
    const { world, sender, receivers } = makeFanOut(2);
    const { unclaimed } = sender;
    for (let round = 0; round < 3; round++) {
      sender.tryNotify('k');
      world.run();
      receivers.forEach((receiver, at) => {
        receiver.report(`e${at}`, round);
      });
      world.run();
      const failed = unclaimed.at(-1)?.failed.map(({ error }) => error);
      expect([unclaimed.length, failed]).toEqual([round + 1, [round, round]]);
    }
    expect(heldByWorld(world)).toEqual({});
  });

  it('that nobody waits for tells the listener all the same', () => {
    const { world, sender, receivers } = makeFanOut(1);
    expect(sender.tryNotify('k')).toBe('accepted');
    world.run();
    receivers[0]?.report('e', 'why');
    world.run();
    expect(sender.unclaimed).toMatchObject([
      { status: STATUS.failed, failed: [{ endpoint: 'e', error: 'why' }] },
    ]);
  });
});
