/** What calls are told once this thread has closed its connection, and the bus goes on, or once the bus has closed unnoticed. */
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { ConnectedBus } from '../../src/index.ts';
import { createWatchedBus } from '../helpers/at-rest.ts';
import { failureOf } from '../helpers/failure.ts';
import { joinOwnWorker } from '../helpers/own-worker.ts';
import { connect } from '../helpers/real-bus.ts';

const VERBS: [string, (own: ConnectedBus) => unknown][] = [
  ['request', ({ request }) => request('k')],
  ['notify', ({ notify }) => notify('k')],
  ['publish', ({ publish }) => publish('k')],
  ['writable', ({ writable }) => writable()],
  ['routeMessage', ({ routeMessage }) => routeMessage({ kind: 'request', routingKey: 'k' })],
  ['registerEndpoint', ({ registerEndpoint }) => registerEndpoint('other', () => 1)],
  ['registerRoute', ({ registerRoute }) => registerRoute('k', 'e')],
  ['registerRoutes', ({ registerRoutes }) => registerRoutes([])],
  ['removeRoute', ({ removeRoute }) => removeRoute('k', 'e')],
  ['findRoute', ({ findRoute }) => findRoute('k')],
  ['explain', ({ explain }) => explain('k')],
  ['isolate', ({ isolate }) => isolate('e')],
  ['subscribe', ({ subscribe }) => subscribe('k')],
  ['once', ({ once }) => once('k')],
  ['endpoints.find', ({ endpoints }) => endpoints.find()],
  ['deadLetters.list', ({ deadLetters }) => deadLetters.list()],
  ['metrics', ({ metrics }) => metrics()],
  ['health', ({ health }) => health()],
];

describe('a thread that was blocked across the whole close()', () => {
  it('is told in the same turn that the bus has closed: nothing more is accepted', async () => {
    const bus = await createWatchedBus({ shards: 1 });
    const own = await joinOwnWorker(bus, 'own');
    const word = new Int32Array(new SharedArrayBuffer(4));
    expect(await own.tell('sendAfter', { key: 'join.own', word })).toEqual({ result: 'begun' });
    await bus.close({ timeout: 0 });
    const told = once(own.worker, 'message');
    Atomics.store(word, 0, 1);
    Atomics.notify(word, 0);
    const details = { state: 'closed', accepted: false };
    const refused = { code: 'ERR_BUS_CLOSED', details };
    expect(await told).toEqual([{ result: ['closed', 'closed', refused] }]);
    expect(await own.end()).toBe(0);
  });
});

describe('after its own close()', () => {
  it('every verb of a connected thread says that its connection is closed', async () => {
    const bus = await createWatchedBus({ shards: 1 });
    await bus.registerEndpoint('e', () => new Promise(() => {}));
    await bus.registerRoute('held', 'e');
    const own = await connect(bus.createTicket());
    const route = await own.registerRoute('k', 'e');
    const cutOff = failureOf(own.request('held'));
    const waiting = failureOf(own.once('k'));
    await own.close({ drain: false });
    expect((await cutOff).message).toContain("this thread's connection closed before");
    expect((await waiting).message).toContain("This thread's connection is closed");
    for (const [verb, call] of [
      ...VERBS,
      ['route.remove', () => route.remove()] as (typeof VERBS)[0],
    ]) {
      const { code, details, message } = await failureOf(() => call(own));
      expect([verb, code, details['state']]).toEqual([verb, 'ERR_BUS_CLOSED', 'closed']);
      expect([verb, message]).toEqual([verb, expect.stringContaining("This thread's connection")]);
    }
    expect(own.tryNotify('k')).toBe('closed');
    expect((await bus.health()).state).toBe('ok');
    await bus.close({ timeout: 0 });
    expect((await failureOf(bus.request('k'))).message).toContain('The bus is closed');
  });
});
