import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MessageBus } from '../../src/index.ts';
import { createWatchedBus, expectAtRest } from '../helpers/at-rest.ts';
import { codeOf, failureOf } from '../helpers/failure.ts';
import { type Gate, gate, turn, until } from '../helpers/gate.ts';

const SLOTS = 16;
/** An eighth is kept back for replies. */
const USABLE = SLOTS - SLOTS / 8;

describe('room', () => {
  let bus: MessageBus;
  let held: Gate;
  let seen: unknown[];

  beforeEach(async () => {
    bus = await createWatchedBus({ shards: 2, slots: SLOTS, heapBytes: 2 ** 20 });
    held = gate();
    seen = [];
    await bus.registerEndpoint('slow', async ({ payload }) => {
      seen.push(payload);
      await held.promise;
      return payload;
    });
    await bus.registerRoute('slow', 'slow');
  });
  afterEach(async () => {
    held.open();
    await expectAtRest(bus);
    await bus.close();
  });

  const fill = (): number => {
    let accepted = 0;
    while (bus.tryNotify('slow', `fill ${accepted}`) === 'accepted') accepted += 1;
    return accepted;
  };

  it('is what try… says, and all that was accepted is handled', async () => {
    expect(fill()).toBe(USABLE);
    expect(bus.tryPublish('slow')).toBe('full');
    held.open();
    await bus.flush();
    expect(seen).toEqual(Array.from({ length: USABLE }, (_, i) => `fill ${i}`));
    expect(bus.tryPublish('slow')).toBe('accepted');
  });

  it('is waited for in turn, and what waits has been copied', async () => {
    fill();
    const payloads = Array.from({ length: 5 }, (_, i) => ({ waiting: i }));
    const replies = payloads.map((payload) => bus.request('slow', payload));
    const late = bus.notify('slow', 'last');
    for (const payload of payloads) payload.waiting = -1;
    await turn();
    expect(bus.tryNotify('slow', 'in between')).toBe('full');
    held.open();
    expect(await Promise.all(replies)).toEqual([0, 1, 2, 3, 4].map((waiting) => ({ waiting })));
    expect(await late).toEqual({ delivered: 1 });
    const waiting = seen.slice(USABLE);
    expect(waiting).toEqual([...[0, 1, 2, 3, 4].map((i) => ({ waiting: i })), 'last']);
  });

  it('ends the wait at the time-out: nothing was sent', async () => {
    fill();
    const errors = await Promise.all([
      failureOf(bus.request('slow', 'late', { timeout: 20 })),
      failureOf(bus.publish('slow', 'late', { timeout: 20 })),
      failureOf(bus.notify('slow', 'late', { timeout: 20 })),
    ]);
    for (const error of errors)
      expect(error).toMatchObject({ code: 'ERR_BUS_FULL', retryable: true });
    held.open();
    await bus.flush();
    expect(seen).not.toContain('late');
  });

  // Behaviour H6: cockatiel "should process next queued item when previous item was aborted".
  it('ends the wait when the signal aborts, and the next one is served', async () => {
    fill();
    const controller = new AbortController();
    const aborted = failureOf(bus.request('slow', 'aborted', { signal: controller.signal }));
    const next = bus.request('slow', 'next');
    controller.abort(new RangeError('no more'));
    const error = await aborted;
    expect(error).toMatchObject({ code: 'ERR_BUS_ABORTED', name: 'AbortError' });
    expect(error.cause).toBeInstanceOf(RangeError);
    held.open();
    expect(await next).toBe('next');
    expect(seen).not.toContain('aborted');
  });

  it('refuses more waiters than there are slots', async () => {
    fill();
    const waiting = Array.from({ length: SLOTS }, (_, i) => bus.request('slow', i));
    const error = await failureOf(bus.request('slow', 'one too many'));
    expect(error).toMatchObject({
      code: 'ERR_BUS_FULL',
      details: { limit: SLOTS, option: 'slots' },
    });
    held.open();
    expect(await Promise.all(waiting)).toEqual(Array.from({ length: SLOTS }, (_, i) => i));
  });

  it('is announced by writable, in turn with those that wait', async () => {
    await bus.writable();
    fill();
    const log: string[] = [];
    const first = bus.request('slow', 1).then(() => log.push('reply'));
    const writable = bus.writable().then(() => log.push('writable'));
    await turn();
    expect(log).toEqual([]);
    held.open();
    await Promise.all([first, writable]);
    await bus.writable();
    expect(bus.tryNotify('slow', 2)).toBe('accepted');
    await bus.flush();
  });

  it('in the heap runs out before slots with large messages, and comes back', async () => {
    const large = new Uint8Array(120_000);
    let accepted = 0;
    while (bus.tryNotify('slow', large) === 'accepted') accepted += 1;
    expect(accepted).toBeGreaterThan(2);
    expect(accepted).toBeLessThan(USABLE);
    expect(bus.tryNotify('slow', 'small')).toBe('accepted');
    const waits = bus.request('slow', large);
    held.open();
    expect(await waits).toEqual(large);
    await bus.flush();
    expect(seen).toHaveLength(accepted + 2);
  });

  it('counts towards the time of the call: a deadline is not put off by waiting for room', async () => {
    const ended = gate<number>();
    await bus.registerEndpoint('late', ({ deadline = 0 }) => ended.open(deadline));
    await bus.registerRoute('late', 'late');
    fill();
    const start = Date.now();
    const call = bus.request('late', 1, { timeout: 20_000 });
    while (Date.now() - start < 300) await turn();
    held.open();
    await call;
    expect((await ended.promise) - start).toBeLessThan(20_000 + 150);
  });

  it('lets a synchronous loop progress', async () => {
    held.open();
    await bus.subscribe('flood', () => {});
    let full = 0;
    for (let i = 0; i < 2_000; ) {
      if (bus.tryPublish('nobody') === 'accepted') i += 1;
      else full += 1;
    }
    expect(full).toBeGreaterThanOrEqual(0);
    await bus.flush();
  });

  it('is kept for replies: two endpoints full of requests to each other go on', async () => {
    held.open();
    const ask =
      (to: string) =>
      async ({ payload }: { payload: unknown }) => {
        const left = payload as number;
        return left === 0 ? 'end' : bus.request(to, left - 1);
      };
    await bus.registerEndpoint('ping', ask('pong'));
    await bus.registerEndpoint('pong', ask('ping'));
    await bus.registerRoutes([
      { pattern: 'ping', endpoint: 'ping' },
      { pattern: 'pong', endpoint: 'pong' },
    ]);
    const replies = await Promise.all(Array.from({ length: 4 }, () => bus.request('ping', 2)));
    expect(replies).toEqual(['end', 'end', 'end', 'end']);
  });
});

describe('abort signals', () => {
  // Bugs 92: nodejs/node#47449, abort listeners pile up on one signal.
  it('leave no listener behind after a thousand requests with one of them', async () => {
    const bus = await createWatchedBus({ shards: 2 });
    await bus.registerEndpoint('e', ({ payload }) => payload);
    await bus.registerRoute('e', 'e');
    const { signal } = new AbortController();
    const warnings: unknown[] = [];
    const note = (warning: unknown): void => void warnings.push(warning);
    process.on('warning', note);
    const calls = Array.from({ length: 1_000 }, (_, i) => bus.request('e', i, { signal }));
    expect(getEventListeners(signal, 'abort').length).toBeLessThanOrEqual(1);
    expect(await Promise.all(calls)).toHaveLength(1_000);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    await turn();
    process.off('warning', note);
    expect(warnings).toEqual([]);
    await expectAtRest(bus);
    await bus.close();
  });

  it('end a call before it is sent, while it runs, and do nothing after it', async () => {
    const bus = await createWatchedBus({ shards: 1 });
    const seen: unknown[] = [];
    const begun = gate();
    await bus.registerEndpoint('e', (message, { signal }) => {
      seen.push(message.payload);
      if (message.payload !== 'wait') return 'done';
      begun.open();
      return new Promise((resolve) => signal.addEventListener('abort', resolve));
    });
    await bus.registerRoute('e', 'e');
    const before = AbortSignal.abort(new RangeError('before'));
    for (const call of [bus.request, bus.notify, bus.publish]) {
      const error = await failureOf(call('e', 'never', { signal: before }));
      expect(error).toMatchObject({ code: 'ERR_BUS_ABORTED', name: 'AbortError' });
      expect(error.cause).toBe(before.reason);
    }
    const during = new AbortController();
    const call = codeOf(bus.request('e', 'wait', { signal: during.signal }));
    await begun.promise;
    during.abort();
    expect(await call).toBe('ERR_BUS_ABORTED');
    const after = new AbortController();
    expect(await bus.request('e', 'short', { signal: after.signal })).toBe('done');
    after.abort();
    expect(seen).toEqual(['wait', 'short']);
    await until(() => getEventListeners(during.signal, 'abort').length === 0);
    await expectAtRest(bus);
    await bus.close();
  });
});
