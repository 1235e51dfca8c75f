import { describe, expect, it } from 'vitest';
import type { PendingSend } from '../../../src/client/pending-send.ts';
import type { DedupeSpec } from '../../../src/control/commands.ts';
import { ACK_STATUS } from '../../../src/memory/entries.ts';
import { KIND } from '../../../src/message/kinds.ts';
import { resolveSendOptions } from '../../../src/options.ts';
import { retryAtOnce } from '../../helpers/retry-policy.ts';
import { heldByWorld } from '../client/at-rest.ts';
import { type Placed, Scene } from './scene.ts';

const WINDOW_MS = 100;
const DEDUPE: DedupeSpec = { windowMs: WINDOW_MS, seed: [1, 2, 3, 4] };
const X = { id: 'x' };

/** Handles everything well. */
function answer(scene: Scene, ...placed: readonly Placed[]): void {
  scene.world.run();
  while (placed.some(({ receiver }) => receiver.held > 0)) {
    for (const { receiver } of placed) while (receiver.held > 0) receiver.acknowledge();
    scene.world.run();
  }
}

function outcomeOf(send: PendingSend): unknown {
  if (send.isOpen) return 'open';
  return send.failed ? (send.toError() as { code?: string }).code : send.value;
}

function duplicatesOf({ world }: Scene): number {
  return world.shards.reduce((sum, { state }) => sum + state.counters.counts.duplicates, 0);
}

const ONCE = { delivered: 1 };

describe('a notification that repeats an id', () => {
  it('is settled without the handler while the window lasts, and handled again afterwards', () => {
    const scene = new Scene();
    const end = scene.endpoint('k', { dedupe: DEDUPE });
    scene.sender.notify('k', 1, X);
    answer(scene, end);
    scene.world.advance(WINDOW_MS - 1);
    const repeat = scene.world.client(2).notify('k', 2, X);
    scene.world.run();
    expect([outcomeOf(repeat), end.receiver.payloads, duplicatesOf(scene)]).toEqual([ONCE, [1], 1]);
    scene.world.advance(1);
    const late = scene.sender.notify('k', 3, X);
    answer(scene, end);
    expect([outcomeOf(late), end.receiver.payloads, duplicatesOf(scene)]).toEqual([
      ONCE,
      [1, 3],
      1,
    ]);
    expect(heldByWorld(scene.world)).toEqual({});
  });

  it('is handled under another key, at another endpoint, and as a request; so is what has no id', () => {
    const scene = new Scene();
    const end = scene.endpoint('*', { dedupe: DEDUPE });
    scene.sender.notify('k', 1, X);
    answer(scene, end);
    const other = scene.endpoint('k', { dedupe: { ...DEDUPE, seed: [5, 6, 7, 8] } }, 2);
    const plain = scene.endpoint('k', {}, 2);
    scene.sender.notify('l', 2, X);
    scene.sender.notify('k', 3, { id: 'y' });
    const both = scene.sender.notify('k', 4, X);
    for (const headers of [undefined, { x: 'x' }]) {
      for (const _ of [1, 2]) scene.sender.notify('l', 5, { headers });
    }
    answer(scene, end, other, plain);
    expect(end.receiver.payloads).toEqual([1, 2, 3, 5, 5, 5, 5]);
    expect(other.receiver.payloads).toEqual([3, 4]);
    expect(plain.receiver.payloads).toEqual([3, 4]);
    expect(outcomeOf(both)).toEqual({ delivered: 3 });
    const requests = [6, 7].map((n) => scene.sender.request('l', n, X));
    scene.world.run();
    for (const _ of requests) end.receiver.reply('reply');
    scene.world.run();
    expect(requests.map(outcomeOf)).toEqual(['reply', 'reply']);
    expect(duplicatesOf(scene)).toBe(1);
    expect(heldByWorld(scene.world)).toEqual({});
  });

  it.each(['good', 'bad'] as const)('waits for the one in hand, which ends: %s', (how) => {
    const scene = new Scene();
    const end = scene.endpoint('k', { dedupe: DEDUPE });
    const free = scene.endpoint('*');
    const [first, repeat, next] = [
      scene.sender.notify('k', 1, X),
      scene.world.client(2).notify('k', 2, X),
      scene.sender.notify('k', 3),
    ];
    answer(scene, free);
    // Nobody else waits with it.
    expect(end.receiver.payloads).toEqual([1, 3]);
    end.receiver.acknowledge(how === 'good' ? ACK_STATUS.ok : ACK_STATUS.reject);
    scene.world.run();
    expect(end.receiver.payloads).toEqual(how === 'good' ? [1, 3] : [1, 3, 2]);
    answer(scene, end);
    const outcome = how === 'good' ? { delivered: 2 } : 'ERR_BUS_DELIVERY_FAILED';
    expect([first, repeat, next].map(outcomeOf)).toEqual([
      outcome,
      { delivered: 2 },
      { delivered: 2 },
    ]);
    expect(duplicatesOf(scene)).toBe(how === 'good' ? 1 : 0);
    expect(heldByWorld(scene.world)).toEqual({});
  });

  it('waits for the retries of the one before, also when its shard dies', () => {
    for (const dies of [false, true]) {
      const scene = new Scene();
      const end = scene.endpoint('k', {
        dedupe: DEDUPE,
        retry: { ...retryAtOnce(3), initial: 10 },
      });
      const sends = [1, 2].map((n) => scene.sender.notify('k', n, X));
      scene.world.run();
      end.receiver.fail(10);
      scene.world.run();
      if (dies) scene.world.replaceShard(0);
      scene.world.run();
      expect(end.receiver.held).toBe(0);
      scene.world.advance(10);
      answer(scene, end);
      expect(end.receiver.payloads).toEqual([1, 1]);
      expect(sends.map(outcomeOf)).toEqual([ONCE, ONCE]);
      expect(heldByWorld(scene.world)).toEqual({});
    }
  });

  it.each([
    ['well: it is settled', ACK_STATUS.ok, [1]],
    ['badly: it is handled', ACK_STATUS.failed, [1, 2]],
  ] as const)('waits for a handler whose caller has given up, which ends %s', (_, status, all) => {
    const scene = new Scene();
    const end = scene.endpoint('k', { dedupe: DEDUPE });
    const first = scene.sender.notify('k', 1, { ...X, timeout: 5 });
    scene.world.run();
    scene.world.advance(5);
    scene.world.run();
    expect(outcomeOf(first)).toBe('ERR_BUS_TIMEOUT');
    const repeat = scene.sender.notify('k', 2, X);
    scene.world.run();
    expect([outcomeOf(repeat), end.receiver.payloads]).toEqual(['open', [1]]);
    end.receiver.acknowledge(status);
    answer(scene, end);
    expect([outcomeOf(repeat), end.receiver.payloads]).toEqual([ONCE, all]);
    expect(heldByWorld(scene.world)).toEqual({});
  });

  it('is handled when the one before was never started: aborted, expired, or failed for good', () => {
    const scene = new Scene();
    const letters = scene.deadLetters();
    const end = scene.endpoint('k', { window: 1, dedupe: DEDUPE });
    const abort = new AbortController();
    scene.sender.notify('k', 'first');
    scene.world.run();
    scene.sender.notify('k', 'aborted', { ...X, signal: abort.signal });
    scene.sender.notify('k', 'expired', { id: 'y', ttl: 5 });
    scene.world.run();
    abort.abort();
    scene.world.advance(5);
    answer(scene, end, letters);
    scene.sender.notify('k', 'rejected', { id: 'z' });
    scene.world.run();
    end.receiver.acknowledge(ACK_STATUS.reject);
    answer(scene, letters);
    for (const id of ['x', 'y', 'z']) scene.sender.notify('k', id, { id });
    answer(scene, end);
    expect(end.receiver.payloads).toEqual(['first', 'rejected', 'x', 'y', 'z']);
    expect(duplicatesOf(scene)).toBe(0);
    expect(heldByWorld(scene.world)).toEqual({});
  });

  it('runs as the replay of a dead letter, and counts as handled then', () => {
    const scene = new Scene();
    const end = scene.endpoint('k', { dedupe: DEDUPE });
    const replay = (payload: unknown): PendingSend => {
      const options = { ...resolveSendOptions(X, 'notify'), to: end.target };
      return scene.sender.sender.send(KIND.notification, 'k', payload, options);
    };
    scene.sender.notify('k', 1, X);
    answer(scene, end);
    replay('replayed');
    answer(scene, end);
    scene.world.advance(WINDOW_MS - 1);
    scene.sender.notify('k', 2, X);
    answer(scene, end);
    expect(end.receiver.payloads).toEqual([1, 'replayed']);
    // One that is sent meanwhile waits for it.
    scene.world.advance(WINDOW_MS);
    replay('again');
    scene.sender.notify('k', 3, X);
    scene.world.run();
    expect(end.receiver.held).toBe(1);
    answer(scene, end);
    expect(end.receiver.payloads).toEqual([1, 'replayed', 'again']);
    expect(heldByWorld(scene.world)).toEqual({});
  });

  it('comes to those of its endpoints that have not handled it, and is settled as delivered to all', () => {
    const scene = new Scene();
    const end = scene.endpoint('k', { dedupe: DEDUPE });
    scene.sender.notify('k', 1, X);
    answer(scene, end);
    const full = scene.endpoint('k', { window: 1 }, 2);
    const isolated = scene.endpoint('k', {}, 2);
    const sends = [2, 3].map((n) => scene.sender.notify('k', n, X));
    answer(scene, full, isolated);
    expect(sends.map(outcomeOf)).toEqual([{ delivered: 3 }, { delivered: 3 }]);
    expect([end, full].map(({ receiver }) => receiver.payloads)).toEqual([[1], [2, 3]]);
    for (const { target } of [end, isolated]) {
      scene.world.tell({ op: 'isolate', target, isolated: true });
    }
    const last = scene.sender.notify('k', 4, X);
    answer(scene, full);
    expect(last.toError()).toMatchObject({ details: { delivered: 2, failed: [{}] } });
    expect(heldByWorld(scene.world)).toEqual({});
  });

  it('is known to a successor, and to an endpoint that comes again under its id', () => {
    const scene = new Scene();
    const end = scene.endpoint('k', { dedupe: DEDUPE });
    scene.sender.notify('k', 1, X);
    answer(scene, end);
    scene.world.replaceShard(0);
    const second = scene.sender.notify('k', 2, X);
    scene.world.run();
    scene.world.removeTarget(end.target);
    const again = scene.endpoint('k', { dedupe: DEDUPE }, 2);
    const third = scene.sender.notify('k', 3, X);
    answer(scene, again);
    expect([second, third].map(outcomeOf)).toEqual([ONCE, ONCE]);
    expect([end, again].map(({ receiver }) => receiver.payloads)).toEqual([[1], []]);
    expect(heldByWorld(scene.world)).toEqual({});
  });

  it('is handled again before its window ends when more ids came than a shard remembers', () => {
    const scene = new Scene({ handledIds: 4 });
    const end = scene.endpoint('k', { dedupe: DEDUPE });
    const ids = ['a', 'b', 'c', 'd', 'e'];
    for (const id of ids) scene.sender.notify('k', id, { id });
    answer(scene, end);
    for (const id of [...ids].reverse()) scene.sender.notify('k', id, { id });
    answer(scene, end);
    expect(end.receiver.payloads).toEqual([...ids, 'a']);
    expect(heldByWorld(scene.world)).toEqual({});
  });

  it('is settled though the breaker of its endpoint is open', () => {
    const scene = new Scene();
    const breaker = { consecutiveFailures: 1, openForMs: 1_000, probes: 1 };
    const retry = { ...retryAtOnce(2), initial: 10, max: 10 };
    const end = scene.endpoint('k', { breaker, dedupe: DEDUPE, retry });
    scene.sender.notify('k', 1, X);
    scene.sender.request('k', 2);
    const repeat = scene.sender.notify('k', 3, X);
    scene.world.run();
    end.receiver.acknowledge();
    end.receiver.replyError(new Error('no'));
    scene.world.run();
    const another = scene.sender.notify('k', 4, X);
    scene.world.run();
    expect([repeat, another].map(outcomeOf)).toEqual([ONCE, ONCE]);
    expect(heldByWorld(scene.world)).toEqual({});
  });

  it('waits for its key too, where the endpoint is ordered', () => {
    const scene = new Scene();
    const end = scene.endpoint('*', { ordered: true, dedupe: DEDUPE });
    const sends = [
      scene.sender.notify('k', 1, X),
      scene.sender.notify('k', 2, { id: 'y' }),
      scene.sender.notify('k', 3, X),
      scene.sender.notify('l', 4, X),
    ];
    scene.world.run();
    expect(end.receiver.payloads).toEqual([1, 4]);
    answer(scene, end);
    expect(end.receiver.payloads).toEqual([1, 4, 2]);
    expect(sends.map(outcomeOf)).toEqual([ONCE, ONCE, ONCE, ONCE]);
    expect(heldByWorld(scene.world)).toEqual({});
  });
});
