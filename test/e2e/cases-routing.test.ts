/** Cases of peers' test suites and bug reports about keys, patterns and who gets what; each names its source. */
import { describe, expect, it } from 'vitest';
import { createWatchedBus, expectAtRest } from '../helpers/at-rest.ts';
import { codeOf } from '../helpers/failure.ts';
import { connect, workerFile } from '../helpers/real-bus.ts';
import { sharedBus } from '../helpers/shared-bus.ts';

describe.each([1, 2, 4])('with %i shards, an event', (shards) => {
  const shared = sharedBus({ shards });

  // Behaviour B4: vert.x EB testPublishMultipleHandlersUnregisterOne.
  it('reaches only those that have not unsubscribed', async () => {
    const { bus } = shared;
    const got: string[] = [];
    const gone = await bus.subscribe('a', () => got.push('gone'));
    const there = await bus.subscribe('a', () => got.push('there'));
    expect(await bus.publish('a')).toBe(2);
    await bus.flush();
    await expectAtRest(bus);
    got.length = 0;
    await gone.unsubscribe();
    expect(await bus.publish('a')).toBe(1);
    await expectAtRest(bus);
    expect(got).toEqual(['there']);
    await there.unsubscribe();
  });

  // Behaviour B6: mqemitter abstractTest.js "without any listeners".
  it('for nobody is no error, and nothing of it is left in flight', async () => {
    const { bus } = shared;
    expect(await bus.publish('nobody', { large: 'x'.repeat(1000) })).toBe(0);
    expect(bus.tryPublish('nobody')).toBe('accepted');
    await bus.flush();
  });

  // Bugs 42: EventEmitter2 PR 85 and #68, removing a wildcard listener does nothing beside exact ones.
  it('reaches the exact subscriptions alone when the one with a wildcard has gone', async () => {
    const { bus } = shared;
    const got: string[] = [];
    const first = await bus.subscribe('foo.bar.baz', () => got.push('first'));
    const wild = await bus.subscribe('foo.*.*', () => got.push('wild'));
    const second = await bus.subscribe('foo.bar.baz', () => got.push('second'));
    expect(await bus.publish('foo.bar.baz')).toBe(3);
    await expectAtRest(bus);
    got.length = 0;
    await wild.unsubscribe();
    expect([await bus.publish('foo.bar.baz'), await bus.publish('foo.x.y')]).toEqual([2, 0]);
    await expectAtRest(bus);
    expect(got.sort()).toEqual(['first', 'second']);
    await Promise.all([first, second].map((each) => each.unsubscribe()));
  });
});

describe('two buses and two clients of one process', () => {
  // Bugs 34: microsoft/vscode PR 21406, microsoft/autogen PR 7982, two clients use the same ids.
  it('never mix up their answers, whatever ids they make or are given', async () => {
    const [left, right] = await Promise.all([
      createWatchedBus({ shards: 2 }),
      createWatchedBus({ shards: 2 }),
    ]);
    const second = await connect(left.createTicket());
    for (const [name, bus] of [
      ['left', left],
      ['right', right],
    ] as const) {
      await bus.registerEndpoint('e', ({ payload }) => [name, payload]);
      await bus.registerRoute('*', 'e');
    }
    const callers = [
      ['left', left, 1],
      ['right', right, 2],
      ['left', second, 3],
    ] as const;
    const calls = Array.from({ length: 300 }, async (_, at) => {
      const [name, bus, mark] = callers[at % callers.length] as (typeof callers)[number];
      const options = at % 2 === 0 ? { id: 'same', headers: { 'x-correlation-id': '1' } } : {};
      expect(await bus.request('k', [mark, at], options)).toEqual([name, [mark, at]]);
    });
    await Promise.all(calls);
    await second.close();
    for (const bus of [left, right]) {
      await expectAtRest(bus);
      await bus.close();
    }
  });
});

/** Distinct keys, several times what a sender and a shard remember. */
const KEYS = 200_000;

describe('keys that match nothing', () => {
  // Bugs 46: nats-io/nats-server#4822 and #8077, the cache of matches grows with them.
  it('are not kept: neither slots nor bytes grow with their number', async () => {
    const bus = await createWatchedBus({ shards: 2, slots: 1024 });
    await bus.subscribe('some.*', () => {});
    const heapBytes = async () => (await bus.metrics()).clients[0]?.heapBytesUsed as number;
    const send = async (from: number, to: number): Promise<void> => {
      for (let at = from; at < to; at++) {
        while (bus.tryPublish(`none.${at}`) === 'full') await bus.writable();
      }
      await bus.flush();
    };
    await send(0, KEYS / 2);
    const half = await heapBytes();
    await send(KEYS / 2, KEYS);
    expect(await heapBytes()).toBeLessThanOrEqual(half * 1.1);
    await expectAtRest(bus);
    await bus.close();
  });
});

describe('patterns', () => {
  // Bugs 52: moleculerjs/moleculer#517, '**' catches nothing over one transport.
  it('mean the same on every path: from main to a worker, and from one worker to another', async () => {
    const bus = await createWatchedBus({ shards: 2 });
    const patterns = ['**', '*', '*.*', 'a.*.*'];
    await bus.startWorker(workerFile('matching'), { workerData: { patterns } });
    await bus.startWorker(workerFile('asking'));
    const matching = { a: 2, 'a.b': 3, 'a.b.c': 4 };
    for (const [key, count] of Object.entries(matching)) {
      expect([key, await bus.publish(key)]).toEqual([key, count]);
      expect([key, await bus.request('say', key)]).toEqual([key, count]);
    }
    await expectAtRest(bus);
    const keys = Object.keys(matching).flatMap((key) => [key, key]);
    expect(await bus.request('taken')).toEqual({
      '**': keys,
      '*': keys,
      '*.*': keys.slice(2),
      'a.*.*': keys.slice(4),
    });
    await bus.close();
  });

  // Bugs 54: Snapchat/KeyDB#931, CVE-2024-31228: unbounded recursion in the matcher.
  it('of absurd length are refused, and the longest that are allowed neither overflow nor stall', async () => {
    const bus = await createWatchedBus({ shards: 1 });
    await bus.registerEndpoint('e', () => 'there');
    for (const pattern of ['*?'.repeat(50_000), '*'.repeat(100_000)]) {
      expect(await codeOf(bus.registerRoute(pattern, 'e'))).toBe('ERR_BUS_INVALID_PATTERN');
      expect(await codeOf(bus.subscribe(pattern, () => {}))).toBe('ERR_BUS_INVALID_PATTERN');
    }
    await bus.registerRoute('*?'.repeat(512), 'e');
    await bus.registerRoute('*'.repeat(1024), 'e');
    expect(await bus.findAllRoutes('k'.repeat(4096))).toHaveLength(2);
    expect(await bus.findAllRoutes('k'.repeat(511))).toHaveLength(1);
    expect(await bus.request('k'.repeat(4096))).toBe('there');
    await expectAtRest(bus);
    await bus.close();
  });
});
