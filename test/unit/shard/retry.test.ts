import { describe, expect, it } from 'vitest';
import type { RetrySpec } from '../../../src/control/commands.ts';
import { PAGE_BYTES } from '../../../src/memory/heap.ts';
import { delayAfter } from '../../../src/shard/retry.ts';
import { heldByWorld } from '../client/at-rest.ts';
import { Scene } from './scene.ts';

function policy(wishes: Partial<RetrySpec> = {}): RetrySpec {
  const retry = { attempts: 5, initial: 100, factor: 2, max: 5_000, jitter: 'none' } as const;
  return { ...retry, requestAttempts: wishes.attempts ?? 5, ...wishes };
}

function delays(retry: RetrySpec, runs: number): number[] {
  return Array.from({ length: runs }, (_, at) => delayAfter(retry, at + 1, 0.5));
}

// p-retry test.js "factor affects exponential backoff", "maxTimeout caps retry delays"; cockatiel
// src/backoff/ExponentialBackoff.test.ts; pathosDev/actor-ts#771 (bugs 66); rascal test/backoff/exponential.tests.js "should cap values" (E10)
describe('the delay before the next attempt', () => {
  it.each([
    [{}, [100, 200, 400]],
    [{ factor: 3, max: 150 }, [100, 150, 150]],
    [
      { initial: 128, max: 30_000 },
      [128, 256, 512, 1024, 2048, 4096, 8192, 16_384, 30_000, 30_000],
    ],
    [{ jitter: 'full' as const }, [50, 100, 200]],
    [{ factor: 1 }, [100, 100]],
    [{ initial: 0 }, [0, 0, 0]],
  ])('grows by its factor up to its cap: %o', (wishes, expected) => {
    expect(delays(policy(wishes), expected.length)).toEqual(expected);
  });

  it('never overflows, whatever the factor and however many the runs', () => {
    const longest = 2 ** 31 - 1;
    const retry = policy({ factor: 100, initial: longest, max: longest });
    for (const delay of delays(retry, 700)) {
      expect(delay).toBeLessThan(longest);
      expect(delay).toBeGreaterThan(0);
    }
  });
});

describe('a failed attempt', () => {
  it('waits for its time without taking the place of others, and comes again marked', () => {
    const scene = new Scene();
    const retry = policy({ attempts: 2 });
    const { receiver } = scene.endpoint('k', { window: 1, retry });
    scene.sender.notify('k', 1);
    scene.world.run();
    receiver.fail();
    scene.world.run();
    scene.sender.notify('k', 2);
    scene.world.run();
    expect(receiver.payloads).toEqual([1, 2]);
    receiver.acknowledge();
    scene.world.run();
    expect(scene.world.shard().sleepMs(scene.world.nowMs)).toBe(100);
    scene.world.advance(100);
    scene.world.run();
    expect(receiver.payloads).toEqual([1, 2, 1]);
    expect(receiver.loans[0]).toMatchObject({ attempt: 2, redelivered: true });
    receiver.acknowledge();
    scene.world.run();
    expect(heldByWorld(scene.world)).toEqual({});
  });

  // nats.js jetstream/tests/jetstream_pushconsumer_test.ts "nak delay" (E12)
  it('comes back when its receiver wants it', () => {
    const scene = new Scene();
    const { receiver } = scene.endpoint('k', { retry: policy() });
    scene.sender.notify('k');
    scene.world.run();
    receiver.fail(2_000);
    scene.world.run();
    scene.world.advance(1_999);
    scene.world.run();
    expect(receiver.payloads).toHaveLength(1);
    scene.world.advance(1);
    scene.world.run();
    expect(receiver.payloads).toHaveLength(2);
    receiver.acknowledge();
    scene.world.run();
    expect(heldByWorld(scene.world)).toEqual({});
  });

  it('finds half of the slots of its sender taken by others that wait: it is given up', () => {
    const scene = new Scene({ slots: 8 });
    const { receiver } = scene.endpoint('k', { window: 8, retry: policy() });
    const sends = Array.from({ length: 6 }, () => scene.sender.notify('k'));
    scene.world.run();
    for (let at = 0; at < 6; at++) receiver.fail();
    scene.world.run();
    expect(sends.map(({ isOpen }) => isOpen)).toEqual([true, true, true, true, false, false]);
    scene.world.advance(100);
    scene.world.run();
    for (let at = 0; at < 4; at++) receiver.acknowledge();
    scene.world.run();
    expect(heldByWorld(scene.world)).toEqual({});
  });

  it('may wait in whatever cells the targets of its client do not want', () => {
    const scene = new Scene({ cells: 32, slots: 64, reportsWindow: 2, heapBytes: 64 * PAGE_BYTES });
    const { receiver } = scene.endpoint('k', { window: 4, retry: policy() });
    for (let at = 0; at < 40; at++) scene.sender.notify('k', at);
    for (scene.world.run(); receiver.held > 0; scene.world.run()) {
      while (receiver.held > 0) receiver.fail();
    }
    const [, link] = scene.world.shard().state.links;
    expect([link?.backOffMax, link?.backedOff]).toEqual([32 - 4 - 2, 32 - 4 - 2]);
    scene.endpoint('other', { window: 20 });
    expect(link?.backOffMax).toBe(16);
  });

  it('ends with the message, and frees its cell', () => {
    const scene = new Scene();
    const { receiver } = scene.endpoint('k', { retry: policy() });
    const send = scene.sender.request('k', 1, { timeout: 50 });
    scene.world.run();
    receiver.fail();
    scene.world.run();
    scene.world.advance(50);
    scene.world.run();
    expect(send.toError()).toMatchObject({ code: 'ERR_BUS_TIMEOUT' });
    expect(heldByWorld(scene.world)).toEqual({});
  });
});
