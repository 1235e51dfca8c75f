import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { BUS_STATE } from '../../../src/memory/control-words.ts';
import { STATUS } from '../../../src/memory/entries.ts';
import { BusError } from '../../../src/message/errors.ts';
import { heldByWorld } from './at-rest.ts';
import { CORRELATION_TIMEOUT_MS, CoreWorld } from './core-world.ts';
import { HoldingReceiver } from './holding-receiver.ts';

function makeService(size: ConstructorParameters<typeof CoreWorld>[0] = {}) {
  const world = new CoreWorld(size);
  const caller = world.client(0);
  const service = new HoldingReceiver(world.client(1));
  world.addRoute('k', world.addTarget(world.client(1), service, { window: 16 }));
  return { world, caller, service };
}

describe('Sender', () => {
  it('gives a request the time of the bus where the call names none, and an event none', () => {
    const { world, caller } = makeService();
    const request = caller.request('k');
    const event = caller.publish('k');
    world.run();
    world.advance(CORRELATION_TIMEOUT_MS - 1);
    world.run();
    expect([request.isOpen, event.value]).toEqual([true, 0]);
    world.advance(1);
    world.run();
    expect(request.toError()).toMatchObject({ code: 'ERR_BUS_TIMEOUT' });
  });

  it('lets a call wait for room in turn, with its payload as it was', () => {
    const { world, caller, service } = makeService({ slots: 2 });
    const payload = [1];
    const sends = [0, 1, 2].map(() => caller.request('k', payload));
    payload[0] = 2;
    expect(caller.tryNotify('k')).toBe('full');
    for (const _ of sends) {
      world.run();
      service.reply('ok');
      world.run();
    }
    expect(sends.map(({ value }) => value)).toEqual(['ok', 'ok', 'ok']);
    expect(service.payloads).toEqual([[1], [1], [1]]);
    expect(heldByWorld(world)).toEqual({});
  });

  it('serves those that wait when a later call has read what gave the room', () => {
    const { world, caller } = makeService({ slots: 2 });
    const first = caller.request('nobody');
    const waiting = caller.request('nobody');
    caller.endMicrotask();
    world.shard().step(1);
    const last = caller.request('nobody');
    world.run();
    expect([first, waiting, last].map(({ isOpen }) => isOpen)).toEqual([false, false, false]);
  });

  it('ends a call that found no room in its time, and lets the next one try', () => {
    const { world, caller, service } = makeService({
      slots: 4,
      heapBytes: 3 * 65_536,
      maxMessageBytes: 100_000,
    });
    // One page is kept for replies, one has the key: one is left for a message of more than 16 KiB.
    const holder = caller.request('k', new Uint8Array(20_000));
    const large = caller.request('k', new Uint8Array(60_000), { timeout: 10 });
    const small = caller.request('k');
    expect(large.isOpen && small.isOpen).toBe(true);
    world.run();
    expect(service.payloads).toHaveLength(1);
    world.advance(10);
    expect(large.toError()).toMatchObject({ code: 'ERR_BUS_FULL', details: { timeout: 10 } });
    world.run();
    expect(service.payloads).toHaveLength(2);
    service.reply(1);
    service.reply(2);
    world.run();
    expect([holder.value, small.value, caller.timerCount]).toEqual([1, 2, 0]);
    expect(heldByWorld(world)).toEqual({});
  });

  it('ends a call that found no room within its ttl', () => {
    const { world, caller } = makeService({ slots: 2 });
    caller.request('k', 'fills the only slot that is not kept for replies');
    const late = caller.request('k', 'late', { ttl: 5, timeout: 50 });
    world.run();
    world.advance(5);
    expect(late.toError()).toMatchObject({ code: 'ERR_BUS_EXPIRED' });
    expect(caller.timerCount).toBe(0);
  });

  it('lets the next one try when a call that waits for room is aborted', () => {
    const { world, caller, service } = makeService({
      slots: 4,
      heapBytes: 3 * 65_536,
      maxMessageBytes: 100_000,
    });
    const abort = new AbortController();
    caller.request('k', new Uint8Array(20_000));
    const large = caller.request('k', new Uint8Array(60_000), { signal: abort.signal });
    caller.request('k');
    abort.abort(new Error('enough'));
    world.run();
    expect(large.toError()).toMatchObject({ code: 'ERR_BUS_ABORTED', cause: new Error('enough') });
    expect(service.payloads).toHaveLength(2);
  });

  it('takes as many waiters as there are slots', () => {
    const { caller } = makeService({ slots: 2 });
    caller.request('k');
    caller.request('k');
    caller.request('k');
    const open = caller.sender.open;
    expect(() => caller.request('k')).toThrow(
      expect.objectContaining({ code: 'ERR_BUS_FULL', details: { limit: 2, option: 'slots' } }),
    );
    expect(caller.sender.open).toBe(open);
  });

  it('aborts at once, and withdraws the message', () => {
    const { world, caller, service } = makeService();
    const abort = new AbortController();
    const send = caller.request('k', 1, { signal: abort.signal });
    world.run();
    abort.abort();
    expect(send.isOpen).toBe(false);
    world.run();
    expect(service.loans[0]?.aborted).toBe(true);
    expect(caller.statuses).toEqual([STATUS.aborted]);
    service.reply('too late');
    world.run();
    expect(heldByWorld(world)).toEqual({});
    expect(getEventListeners(abort.signal, 'abort')).toHaveLength(0);
  });

  it('aborts when the payload aborts the signal while it is read', () => {
    const { world, caller, service } = makeService();
    const abort = new AbortController();
    const payload = {
      get part(): number {
        abort.abort();
        return 1;
      },
    };
    const send = caller.request('k', payload, { signal: abort.signal });
    expect(send.toError()).toMatchObject({ code: 'ERR_BUS_ABORTED' });
    world.run();
    if (service.payloads.length > 0) service.reply('too late');
    world.run();
    expect(heldByWorld(world)).toEqual({});
    expect(getEventListeners(abort.signal, 'abort')).toHaveLength(0);
  });

  it('sends nothing for a signal that has aborted already', () => {
    const { world, caller } = makeService();
    const send = caller.notify('k', 1, { signal: AbortSignal.abort() });
    world.run();
    expect([send.failed, caller.completions, caller.sender.open]).toEqual([true, [], 0]);
  });

  it('keeps nothing of a call that cannot be sent', () => {
    const { world, caller } = makeService();
    expect(() => caller.request('')).toThrow(BusError);
    expect(() => caller.request('k', () => undefined)).toThrow(BusError);
    expect(() => caller.request('k', 'x'.repeat(20_000))).toThrow(
      expect.objectContaining({ code: 'ERR_BUS_MESSAGE_TOO_LARGE' }),
    );
    expect(caller.sender.open).toBe(0);
    expect(heldByWorld(world)).toEqual({});
  });

  it('reads completions for a try that finds no room, so that a synchronous loop goes on', () => {
    const { world, caller } = makeService({ slots: 2 });
    expect(caller.tryPublish('nobody')).toBe('accepted');
    expect(caller.tryPublish('nobody')).toBe('full');
    world.shard().step(1);
    expect(caller.tryPublish('nobody')).toBe('accepted');
  });

  it('tells of a try that came to nothing', () => {
    const { world, caller } = makeService();
    caller.tryNotify('nobody');
    world.run();
    expect(caller.unclaimed).toMatchObject([{ status: STATUS.noRoute }]);
  });

  it('says when there is room again', async () => {
    const { world, caller, service } = makeService({ slots: 2 });
    await caller.sender.writable();
    caller.request('k');
    let isWritable = false;
    void caller.sender.writable().then(() => {
      isWritable = true;
    });
    await world.runAsync();
    expect(isWritable).toBe(false);
    service.reply(1);
    await world.runAsync();
    expect(isWritable).toBe(true);
  });

  it('takes no calls once it was stopped, and ends the open ones with the bus', async () => {
    const { caller } = makeService({ slots: 2 });
    const open = caller.request('k');
    const waiting = caller.request('k');
    const writable = caller.sender.writable();
    caller.sender.stop(BUS_STATE.closing);
    expect(caller.tryNotify('k')).toBe('closed');
    expect(() => caller.request('k')).toThrow('closing');
    caller.sender.endWith('fatal');
    await expect(writable).rejects.toMatchObject({ code: 'ERR_BUS_FATAL' });
    for (const send of [open, waiting])
      expect(send.toError()).toMatchObject({ code: 'ERR_BUS_FATAL' });
    expect([caller.sender.open, caller.timerCount]).toEqual([0, 0]);
  });

  it('says to each open call whether its message had been accepted when the bus closed', async () => {
    const { caller } = makeService({ slots: 2 });
    const open = caller.request('k');
    const waiting = caller.request('k');
    const writable = caller.sender.writable();
    caller.sender.endWith('closed');
    const details = { state: 'closed', accepted: false };
    await expect(writable).rejects.toMatchObject({ code: 'ERR_BUS_CLOSED', details });
    expect(waiting.toError()).toMatchObject({ code: 'ERR_BUS_CLOSED', details });
    expect(open.toError()).toMatchObject({
      code: 'ERR_BUS_CLOSED',
      details: { state: 'closed', accepted: true, routingKey: 'k' },
    });
    expect(open.toError().message).toMatch(/^request\('k'\): the bus closed/);
    expect(() => caller.request('k')).toThrow('refused');
    expect([caller.sender.open, caller.timerCount]).toEqual([0, 0]);
  });

  it('says so where it is this thread that leaves', async () => {
    const { caller } = makeService({ slots: 2 });
    const [open, waiting] = [caller.request('k'), caller.request('k')];
    caller.sender.leave();
    caller.sender.stop(BUS_STATE.closing);
    expect(() => caller.request('k')).toThrow("This thread's connection is closing");
    caller.sender.endWith('closed');
    expect(() => caller.request('k')).toThrow("This thread's connection is closed");
    expect(open.toError().message).toContain("this thread's connection closed before");
    expect(waiting.toError().message).toContain("This thread's connection closed while");
  });

  it('refuses what has lived too long', () => {
    const { world, caller } = makeService();
    const send = caller.notify('k', 1, { ttl: 3 });
    world.nowMs += 3;
    world.run();
    expect(send.toError()).toMatchObject({ code: 'ERR_BUS_EXPIRED' });
  });
});
