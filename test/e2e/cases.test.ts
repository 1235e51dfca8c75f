/** Cases of peers' public test suites and bug reports that are about no single part of the bus; each names its source. */
import { describe, expect, it } from 'vitest';
import { createWatchedBus, expectAtRest } from '../helpers/at-rest.ts';
import { codeOf } from '../helpers/failure.ts';
import { gate, turn, until } from '../helpers/gate.ts';
import { workerFile } from '../helpers/real-bus.ts';
import { scaledRuns } from '../setup/property-runs.ts';

/** A word that holds a worker until it is set. */
function flagWord(): { readonly flag: Int32Array; readonly set: () => void } {
  const flag = new Int32Array(new SharedArrayBuffer(4));
  const set = (): void => {
    Atomics.store(flag, 0, 1);
    Atomics.notify(flag, 0);
  };
  return { flag, set };
}

describe('threads that come late', () => {
  // Behaviour H10: thread-stream test/base.test.js "over the bufferSize at startup (async)".
  it('get all that was written before they read, also beyond what there is room for', async () => {
    const small = { slots: 64, heapBytes: 1024 * 1024, maxMessageSize: 10_000 };
    const bus = await createWatchedBus({ shards: 2, ...small });
    const { flag, set } = flagWord();
    await bus.startWorker(workerFile('late-reading'), { workerData: { flag } });
    const numbers = Array.from({ length: 100 }, (_, number) => number);
    const calls = numbers.map((number) => bus.notify('late', number));
    // Nothing is read: nobody may be told that it was.
    expect(await Promise.race([...calls, turn().then(() => 'none')])).toBe('none');
    set();
    await Promise.all(calls);
    expect(await bus.request('seen')).toEqual(numbers);
    await expectAtRest(bus);
    await bus.close();
  });

  // Bugs 82: piscinajs/piscina#1056, a task is given to a worker that is still starting.
  it('get nothing while they start: those that are ready do the work', async () => {
    const bus = await createWatchedBus({ shards: 2 });
    await bus.registerEndpoint('ready', () => 'ready');
    await bus.registerRoute('work', 'ready');
    const { flag, set } = flagWord();
    const starting = bus.startWorker(workerFile('late-starting'), { workerData: { flag } });
    const first = await Promise.all(Array.from({ length: 100 }, () => bus.request('work')));
    expect(new Set(first)).toEqual(new Set(['ready']));
    set();
    await starting;
    const later = await Promise.all(Array.from({ length: 100 }, () => bus.request('work')));
    expect(new Set(later)).toEqual(new Set(['ready', 'starting']));
    await expectAtRest(bus);
    await bus.close();
  });
});

describe('those that leave', () => {
  // Bugs 32: eclipse-vertx/vert.x#3979, pending requests of a removed consumer wait for their time-out.
  it('do not keep what they had not begun: it fails early, for its own reason', async () => {
    const bus = await createWatchedBus({ shards: 2 });
    const running = gate<string>();
    let runs = 0;
    const endpoint = await bus.registerEndpoint(
      'e',
      () => {
        runs += 1;
        return running.promise;
      },
      { concurrency: 1 },
    );
    await bus.registerRoute('e', 'e');
    const first = bus.request('e', 1, { timeout: Number.POSITIVE_INFINITY });
    await until(() => runs === 1);
    const waiting = [2, 3, 4].map((payload) =>
      codeOf(bus.request('e', payload, { timeout: Number.POSITIVE_INFINITY })),
    );
    const closing = endpoint.close();
    // Whether the endpoint leaves before they reach it, or while they wait there.
    for (const code of await Promise.all(waiting)) {
      expect(['ERR_BUS_NO_ROUTE', 'ERR_BUS_ENDPOINT_UNAVAILABLE']).toContain(code);
    }
    running.open('done');
    expect(await first).toBe('done');
    await closing;
    expect(await codeOf(bus.request('e', 5))).toBe('ERR_BUS_NO_ROUTE');
    expect(runs).toBe(1);
    await expectAtRest(bus);
    await bus.close();
  });

  // Behaviour K8: vert.x EB/EventBusRegistrationRaceTest, 300 000 iterations there.
  it('and come again without pause take nothing from others at the same address', async () => {
    const bus = await createWatchedBus({ shards: 2 });
    await bus.startWorker(workerFile('coming-and-going'));
    const party = bus.request('party', 'start', { timeout: Number.POSITIVE_INFINITY });
    const rounds = scaledRuns(300);
    let arrived = 0;
    for (let round = 0; round < rounds; round++) {
      const heard = gate();
      const own = await bus.subscribe('address', ({ payload }) => {
        if (payload === round) heard.open();
      });
      await bus.publish('address', round);
      await heard.promise;
      arrived += 1;
      await own.unsubscribe();
    }
    await bus.request('party', 'stop');
    expect(await party).toBeGreaterThan(0);
    expect(arrived).toBe(rounds);
    await expectAtRest(bus);
    expect((await bus.metrics()).subscriptions).toEqual([]);
    await bus.close();
  });
});

describe('listeners', () => {
  // Behaviour K6: nats.js "stats handler error".
  it('that throw do not break what they listen to: it is told to the log', async () => {
    const errors: string[] = [];
    const note = (fields: object, text: string): void => {
      errors.push(`${text}: ${String((fields as { err?: unknown }).err)}`);
    };
    const logger = { debug: () => {}, info: () => {}, warn: note, error: note };
    const bus = await createWatchedBus({ shards: 1, logger });
    const heard = gate();
    bus.on('handlerError', () => {
      throw new Error('the listener too');
    });
    bus.on('handlerError', () => heard.open());
    await bus.subscribe('s', () => {
      throw new Error('the handler');
    });
    expect(await bus.publish('s', 1)).toBe(1);
    await heard.promise;
    expect(errors.join('\n')).toContain('the listener too');
    expect(await bus.publish('s', 2)).toBe(1);
    await expectAtRest(bus);
    await bus.close();
  });
});
