import { describe, expect, it } from 'vitest';
import type { BreakerSpec, RetrySpec } from '../../../src/control/commands.ts';
import { breakerState, isHalfOpen, isOpenState } from '../../../src/memory/breaker-words.ts';
import { ACK_STATUS } from '../../../src/memory/entries.ts';
import { heldByWorld } from '../client/at-rest.ts';
import { type Placed, Scene } from './scene.ts';

const OPEN_FOR_MS = 100;
const TIMES = { openForMs: OPEN_FOR_MS, probes: 1 };
const BREAKER: BreakerSpec = { consecutiveFailures: 2, ...TIMES };
const RATE: BreakerSpec = { failureRate: 0.5, minimumVolume: 4, windowMs: 1_000, ...TIMES };

function stateOf({ world }: Scene, { target }: Placed): string {
  const state = breakerState(world.control, target);
  if (!isOpenState(state)) return 'closed';
  return isHalfOpen(state, world.nowMs) ? 'half-open' : 'open';
}

function codesOf(sends: readonly { readonly isOpen: boolean; toError(): unknown }[]): unknown[] {
  return sends.map((send) =>
    send.isOpen ? 'pending' : (send.toError() as { code?: string }).code,
  );
}

/** Requests that fail, one after the other. */
function fail(scene: Scene, { receiver }: Placed, times: number): void {
  for (let at = 0; at < times; at++) {
    scene.sender.request('k', at);
    scene.world.run();
    receiver.replyError(new Error('no'));
    scene.world.run();
  }
}

/** Requests that go well. */
function succeed(scene: Scene, { receiver }: Placed, times: number): void {
  for (let at = 0; at < times; at++) {
    scene.sender.request('k', at);
    scene.world.run();
    receiver.reply('yes');
    scene.world.run();
  }
}

describe('a breaker that counts failures in a row', () => {
  it('opens with the last one, and is passed over at once', () => {
    const scene = new Scene();
    const end = scene.endpoint('k', { breaker: BREAKER });
    fail(scene, end, 2);
    expect(stateOf(scene, end)).toBe('open');
    const send = scene.sender.request('k');
    scene.world.run();
    expect(codesOf([send])).toEqual(['ERR_BUS_ENDPOINT_UNAVAILABLE']);
    expect(end.receiver.payloads).toHaveLength(2);
    expect(scene.world.turned).toEqual([end.target]);
    expect(heldByWorld(scene.world)).toEqual({});
  });

  // cockatiel src/breaker/ConsecutiveBreaker.test.ts (G2)
  it('begins anew after a success', () => {
    const scene = new Scene();
    const end = scene.endpoint('k', { breaker: BREAKER });
    for (let round = 0; round < 3; round++) {
      fail(scene, end, 1);
      succeed(scene, end, 1);
    }
    expect(stateOf(scene, end)).toBe('closed');
    fail(scene, end, 2);
    expect(stateOf(scene, end)).toBe('open');
  });

  // nodeshift/opossum#385 (bugs 74)
  it('is half-open after its time, though more failures were under way than it takes', () => {
    const scene = new Scene();
    const end = scene.endpoint('k', { breaker: BREAKER });
    for (let at = 0; at < 6; at++) scene.sender.request('k', at);
    scene.world.run();
    for (let at = 0; at < 6; at++) {
      end.receiver.replyError(new Error('no'));
      scene.world.run();
      scene.world.advance(1);
    }
    scene.world.advance(OPEN_FOR_MS - 4);
    expect(stateOf(scene, end)).toBe('half-open');
    expect(scene.world.turned).toHaveLength(1);
  });
});

describe('a breaker that goes by a rate', () => {
  // cockatiel src/breaker/CountBreaker.test.ts, SamplingBreaker.test.ts (G4): here it opens at the threshold
  it('opens exactly at its rate, and not below', () => {
    const scene = new Scene();
    const end = scene.endpoint('k', { breaker: RATE });
    succeed(scene, end, 3);
    fail(scene, end, 2);
    expect(stateOf(scene, end)).toBe('closed');
    fail(scene, end, 1);
    expect(stateOf(scene, end)).toBe('open');
  });

  it('says nothing below its volume', () => {
    const scene = new Scene();
    const end = scene.endpoint('k', { breaker: RATE });
    fail(scene, end, 3);
    expect(stateOf(scene, end)).toBe('closed');
    fail(scene, end, 1);
    expect(stateOf(scene, end)).toBe('open');
  });

  // moleculer circuit-breaker.spec.js "should reset stat after windowTime"; cockatiel SamplingBreaker.test.ts (G14)
  it('forgets what is older than its window', () => {
    const scene = new Scene();
    const end = scene.endpoint('k', { breaker: RATE });
    fail(scene, end, 3);
    scene.world.advance(1_000);
    fail(scene, end, 3);
    expect(stateOf(scene, end)).toBe('closed');
    scene.world.advance(500);
    fail(scene, end, 1);
    expect(stateOf(scene, end)).toBe('open');
  });

  it('counts in all shards together', () => {
    const scene = new Scene({ shards: 4 });
    const end = scene.endpoint('*', { breaker: RATE });
    for (const key of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) {
      if (stateOf(scene, end) !== 'closed') break;
      scene.sender.request(key);
      scene.world.run();
      end.receiver.replyError(new Error('no'));
      scene.world.run();
    }
    expect(end.receiver.payloads).toHaveLength(4);
    const sends = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((key) => scene.sender.request(key));
    scene.world.run();
    expect(new Set(codesOf(sends))).toEqual(new Set(['ERR_BUS_ENDPOINT_UNAVAILABLE']));
  });
});

describe('a breaker that is half-open', () => {
  function halfOpen(
    probes = 1,
    { breaker = BREAKER, ...size }: { breaker?: BreakerSpec; shards?: number } = {},
  ): { scene: Scene; end: Placed } {
    const scene = new Scene({ slots: 64, cells: 64, ...size });
    const end = scene.endpoint('*', { breaker: { ...breaker, probes }, window: 64 });
    for (let at = 0; at < 2; at++) {
      scene.sender.request('k');
      scene.world.run();
      end.receiver.replyError(new Error('no'));
      scene.world.run();
    }
    scene.world.advance(OPEN_FOR_MS + 1);
    expect(stateOf(scene, end)).toBe('half-open');
    return { scene, end };
  }

  // connor4312/cockatiel#91, nodeshift/opossum#580, #719 (bugs 76)
  it('became so by the clock alone: after three times its time the next call is the trial', () => {
    const { scene, end } = halfOpen();
    scene.world.advance(2 * OPEN_FOR_MS);
    const send = scene.sender.request('k');
    scene.world.run();
    end.receiver.reply('well');
    scene.world.run();
    expect([send.value, stateOf(scene, end)]).toEqual(['well', 'closed']);
    expect(heldByWorld(scene.world)).toEqual({});
  });

  // nodeshift/opossum#119 (bugs 72); cockatiel "re-opens if the half open fails"; opossum test.js "circuit halfOpen" (G6),
  // test/volume-threshold-test.js: one failure is enough, whatever the rate and the volume that it goes by.
  it.each<[number, BreakerSpec?]>([[1], [2], [4], [1, { ...RATE, minimumVolume: 2 }]])(
    'lets one of 50 calls through with %i shards, and opens for its whole time when that fails',
    (shards, breaker = BREAKER) => {
      const { scene, end } = halfOpen(1, { breaker, shards });
      const sends = Array.from({ length: 50 }, (_, at) => scene.sender.request(`k${at}`));
      scene.world.run();
      expect(end.receiver.held).toBe(1);
      expect(codesOf(sends).filter((code) => code === 'ERR_BUS_ENDPOINT_UNAVAILABLE')).toHaveLength(
        49,
      );
      end.receiver.replyError(new Error('still'));
      scene.world.run();
      expect(stateOf(scene, end)).toBe('open');
      scene.world.advance(OPEN_FOR_MS - 2);
      expect(stateOf(scene, end)).toBe('open');
      scene.world.advance(4);
      expect(stateOf(scene, end)).toBe('half-open');
      expect(heldByWorld(scene.world)).toEqual({});
    },
  );

  // cockatiel "samples multiple half-open calls before closing", "re-opens when the half-open sample exceeds the failure threshold" (G8)
  it('lets as many through as it has probes, and closes after as many that went well', () => {
    const { scene, end } = halfOpen(3);
    const sends = Array.from({ length: 5 }, () => scene.sender.request('k'));
    scene.world.run();
    expect([end.receiver.held, codesOf(sends).filter((code) => code === 'pending').length]).toEqual(
      [3, 3],
    );
    end.receiver.reply(1);
    end.receiver.reply(2);
    scene.world.run();
    expect(stateOf(scene, end)).toBe('half-open');
    end.receiver.reply(3);
    scene.world.run();
    expect(stateOf(scene, end)).toBe('closed');
    expect(heldByWorld(scene.world)).toEqual({});
  });

  // The same: a failure among the trials opens it at once, whatever the others come to (G8).
  it('opens with the first of its trials that fails, and takes no notice of the others', () => {
    const { scene, end } = halfOpen(3);
    for (let at = 0; at < 3; at++) scene.sender.request('k', at);
    scene.world.run();
    end.receiver.reply(1);
    end.receiver.replyError(new Error('still'));
    scene.world.run();
    expect(stateOf(scene, end)).toBe('open');
    end.receiver.reply(3);
    scene.world.run();
    expect(stateOf(scene, end)).toBe('open');
    scene.world.advance(OPEN_FOR_MS + 1);
    expect(stateOf(scene, end)).toBe('half-open');
    expect(heldByWorld(scene.world)).toEqual({});
  });

  // decocms/studio PR 5322 (bugs 78)
  it.each<readonly [string, (scene: Scene, end: Placed, abort: AbortController) => void, string]>([
    ['is cancelled', (_, __, abort) => abort.abort('enough'), 'half-open'],
    ['times out before its handler starts', (scene) => scene.world.advance(50), 'half-open'],
    [
      'times out in its handler',
      (scene, end) => {
        end.receiver.mark();
        scene.world.advance(50);
      },
      'open',
    ],
  ])('gives the place of a trial to the next when it %s', (_, end, after) => {
    const { scene, end: placed } = halfOpen();
    const abort = new AbortController();
    scene.sender.request('k', 1, { timeout: 50, signal: abort.signal });
    scene.world.run();
    end(scene, placed, abort);
    scene.world.run();
    expect(stateOf(scene, placed)).toBe(after);
    scene.world.advance(after === 'open' ? OPEN_FOR_MS + 1 : 1);
    const send = scene.sender.request('k', 2);
    scene.world.run();
    expect(placed.receiver.payloads.at(-1)).toBe(2);
    // What the first one says is late, if it still comes.
    while (placed.receiver.held > 1) placed.receiver.replyError(new Error('late'));
    scene.world.run();
    expect(stateOf(scene, placed)).toBe('half-open');
    placed.receiver.reply('well');
    scene.world.run();
    expect([send.value, stateOf(scene, placed)]).toEqual(['well', 'closed']);
    expect(heldByWorld(scene.world)).toEqual({});
  });

  it('gives the place of a trial that is handed back to the same message again', () => {
    const { scene, end } = halfOpen();
    scene.sender.request('k', 1);
    scene.world.run();
    for (let at = 0; at < 3; at++) {
      end.receiver.acknowledge(ACK_STATUS.requeue);
      scene.world.run();
    }
    expect([end.receiver.held, stateOf(scene, end)]).toEqual([1, 'half-open']);
    end.receiver.reply('well');
    scene.world.run();
    expect(stateOf(scene, end)).toBe('closed');
    expect(heldByWorld(scene.world)).toEqual({});
  });

  it('takes no notice of attempts that began before it opened', () => {
    const scene = new Scene();
    const end = scene.endpoint('k', { breaker: BREAKER });
    for (let at = 0; at < 4; at++) scene.sender.request('k', at);
    scene.world.run();
    end.receiver.replyError(new Error('1'));
    end.receiver.replyError(new Error('2'));
    scene.world.run();
    scene.world.advance(OPEN_FOR_MS + 1);
    end.receiver.replyError(new Error('late'));
    scene.world.run();
    expect(stateOf(scene, end)).toBe('half-open');
    end.receiver.reply('late, and well');
    scene.world.run();
    expect(stateOf(scene, end)).toBe('half-open');
    expect(heldByWorld(scene.world)).toEqual({});
  });
});

describe('what waits at a breaker', () => {
  it('goes to the next member, then to the next priority, unless the route forbids it', () => {
    const scene = new Scene();
    const first = scene.endpoint(undefined, { breaker: BREAKER });
    const second = scene.endpoint(undefined, {}, 2);
    scene.world.addRoute('k', first.target, { priority: 1 });
    scene.world.addRoute('k', second.target);
    scene.world.addRoute('strict', first.target, { priority: 1, failover: false });
    scene.world.addRoute('strict', second.target);
    fail(scene, first, 2);
    const strict = scene.sender.request('strict');
    scene.sender.request('k', 'on');
    scene.world.run();
    expect(codesOf([strict])).toEqual(['ERR_BUS_ENDPOINT_UNAVAILABLE']);
    expect(second.receiver.payloads).toEqual(['on']);
    second.receiver.reply(1);
    scene.world.run();
    expect(heldByWorld(scene.world)).toEqual({});
  });

  it('goes elsewhere when it opens: what it had been given and not handed over', () => {
    const scene = new Scene();
    const first = scene.endpoint(undefined, { breaker: BREAKER, window: 2 });
    const second = scene.endpoint(undefined, { window: 2 }, 2);
    scene.world.addRoute('k', first.target, { priority: 1 });
    scene.world.addRoute('k', second.target);
    const sends = Array.from({ length: 5 }, (_, at) => scene.sender.request('k', at));
    scene.world.run();
    first.receiver.replyError(new Error('1'));
    first.receiver.replyError(new Error('2'));
    scene.world.run();
    while (first.receiver.held > 0) first.receiver.reply('late');
    scene.world.run();
    while (second.receiver.held > 0) {
      second.receiver.reply('second');
      scene.world.run();
      scene.world.advance(5);
      scene.world.run();
    }
    expect(codesOf(sends).includes('pending')).toBe(false);
    expect(second.receiver.payloads.length).toBeGreaterThan(0);
    expect(heldByWorld(scene.world)).toEqual({});
  });

  it('wakes by the clock, where a healthy member is full', () => {
    const scene = new Scene();
    const broken = scene.endpoint(undefined, { breaker: BREAKER, window: 1 });
    scene.world.addRoute('k', broken.target);
    fail(scene, broken, 2);
    const full = scene.endpoint('k', { window: 1 }, 2);
    scene.sender.request('k', 'first');
    scene.sender.request('k', 'waits');
    scene.world.run();
    expect([full.receiver.payloads, broken.receiver.held]).toEqual([['first'], 0]);
    // Releases that wait for company.
    scene.world.advance(5);
    scene.world.run();
    const sleep = scene.world.shard().sleepMs(scene.world.nowMs);
    expect(sleep).toBeGreaterThan(0);
    expect(sleep).toBeLessThanOrEqual(OPEN_FOR_MS - 4);
    scene.world.advance(sleep);
    scene.world.run();
    expect(broken.receiver.payloads.at(-1)).toBe('waits');
    broken.receiver.reply(1);
    full.receiver.reply(1);
    scene.world.run();
    expect(heldByWorld(scene.world)).toEqual({});
  });

  it('is repeated like a failure, where it is a notification, and comes unmarked', () => {
    const scene = new Scene();
    const retry: RetrySpec = {
      attempts: 3,
      requestAttempts: 1,
      initial: 60,
      factor: 1,
      max: 60,
      jitter: 'none',
    };
    const end = scene.endpoint('k', { breaker: BREAKER, retry });
    fail(scene, end, 2);
    const send = scene.sender.notify('k', 'n');
    const behind = scene.sender.notify('k', 'behind');
    scene.world.run();
    for (let at = 0; at < 3; at++) {
      scene.world.advance(60);
      scene.world.run();
    }
    expect(end.receiver.payloads.slice(2)).toEqual(['n']);
    expect(end.receiver.loans[0]).toMatchObject({ attempt: 3, redelivered: false });
    end.receiver.acknowledge();
    scene.world.run();
    scene.world.advance(5);
    scene.world.run();
    expect(end.receiver.payloads.slice(3)).toEqual(['behind']);
    end.receiver.acknowledge();
    scene.world.run();
    expect([send.isOpen, behind.isOpen, stateOf(scene, end)]).toEqual([false, false, 'closed']);
    expect(heldByWorld(scene.world)).toEqual({});
  });
});
