import { describe, expect, it } from 'vitest';
import type { PendingSend } from '../../../src/client/pending-send.ts';
import type { TargetSpec } from '../../../src/control/commands.ts';
import { ACK_STATUS } from '../../../src/memory/entries.ts';
import { PAGE_BYTES } from '../../../src/memory/heap.ts';
import {
  causeReason,
  LETTER_REASON,
  letterAttempts,
  letterCause,
} from '../../../src/memory/letter-word.ts';
import type { BusError } from '../../../src/message/errors.ts';
import { retryAtOnce } from '../../helpers/retry-policy.ts';
import { heldByWorld } from '../client/at-rest.ts';
import { type Placed, Scene } from './scene.ts';

const RETRY = retryAtOnce(3);

/** What a notification fails with at the first endpoint, when the second has it. */
function failuresOf(send: PendingSend): unknown {
  const { code, details } = send.toError() as BusError;
  const failed = details['failed'] as { endpoint: string; error: BusError }[];
  const named = failed.map(({ endpoint, error }) => [endpoint, error.code, error.message]);
  return [code, details['delivered'], named];
}

/** Until main's client has nothing more to take. */
function drain(scene: Scene, { receiver }: Placed): void {
  for (let idle = 0; idle < 3; idle++) {
    while (receiver.held > 0) receiver.acknowledge();
    scene.world.advance(10);
    scene.world.run();
    if (receiver.held > 0) idle = -1;
  }
}

describe('what the bound of an acknowledged subscription drops in the shard', () => {
  it.each([
    ['drop-oldest', [0, 8, 9], [1, 2, 3, 4, 5, 6, 7]],
    ['drop-newest', [0, 1, 2], [3, 4, 5, 6, 7, 8, 9]],
  ] as const)('is a dead letter: %s', (whenFull, kept, lost) => {
    const scene = new Scene();
    const letters = scene.deadLetters({ window: 8 });
    const words: number[] = [];
    const take = letters.receiver.take.bind(letters.receiver);
    letters.receiver.take = (loan, detail?: number) => {
      words.push(detail as number);
      take(loan);
    };
    const bound = scene.subscription('k', { whenFull, window: 1, waiting: 2, retry: RETRY });
    for (let at = 0; at < 10; at++) {
      scene.sender.publish('k', at);
      scene.world.run();
    }
    drain(scene, letters);
    drain(scene, bound);
    expect(bound.receiver.payloads).toEqual(kept);
    expect(letters.receiver.payloads).toEqual(lost);
    const reasons = words.map((word) => [causeReason(letterCause(word)), letterAttempts(word)]);
    expect(reasons).toEqual(lost.map(() => [LETTER_REASON.overflow, 0]));
    expect(heldByWorld(scene.world)).toEqual({});
  });

  it('does not block its senders when nobody takes the letters: half of their slots wait at most', () => {
    const scene = new Scene({ slots: 16, heapBytes: 64 * PAGE_BYTES });
    const letters = scene.deadLetters({ window: 2 });
    const whenFull = 'drop-oldest';
    const bound = scene.subscription('k', { whenFull, window: 1, waiting: 2, retry: RETRY });
    for (let at = 0; at < 40; at++) {
      expect(scene.sender.tryPublish('k', at)).toBe('accepted');
      scene.world.run();
    }
    expect(scene.sender.core.slots.used).toBeLessThan(16 - 16 / 8);
    drain(scene, letters);
    drain(scene, bound);
    expect(letters.receiver.payloads.length).toBeGreaterThan(2);
    expect(scene.sender.unclaimed).toEqual([]);
    expect(heldByWorld(scene.world)).toEqual({});
  });

  it('is nothing more where events are not acknowledged', () => {
    const scene = new Scene();
    const letters = scene.deadLetters();
    const bound = scene.subscription('k', { whenFull: 'drop-oldest', window: 1, waiting: 1 });
    for (let at = 0; at < 5; at++) {
      scene.sender.publish('k', at);
      scene.world.run();
    }
    drain(scene, bound);
    expect([bound.receiver.payloads, letters.receiver.payloads]).toEqual([[0, 4], []]);
    expect(heldByWorld(scene.world)).toEqual({});
  });
});

describe.each([true, false])(
  'what is given up though no handler said so; letters kept: %s',
  (keeps) => {
    function fanOut(wishes: Partial<TargetSpec> = {}) {
      const scene = new Scene({ slots: 8, heapBytes: 64 * PAGE_BYTES });
      const letters = keeps ? scene.deadLetters() : undefined;
      const bad = scene.endpoint('k', { retry: RETRY, ...wishes }, 2);
      const good = scene.endpoint('*');
      /** Of `send`, when all is answered. */
      const ends = (send: PendingSend): unknown => {
        for (let at = 0; at < 4; at++) {
          scene.world.run();
          scene.world.advance(1);
        }
        if (letters !== undefined) drain(scene, letters);
        while (good.receiver.held > 0) good.receiver.acknowledge();
        scene.world.run();
        expect(letters?.receiver.payloads ?? [1]).toContain(1);
        return failuresOf(send);
      };
      return { scene, letters, bad, good, ends };
    }
    const failed = (code: string, message: RegExp): unknown => [
      'ERR_BUS_DELIVERY_FAILED',
      1,
      [[expect.any(String), code, expect.stringMatching(message)]],
    ];

    it('is named when its breaker stays open', () => {
      const breaker = { consecutiveFailures: 1, openForMs: 60_000, probes: 1 };
      const { scene, bad, ends } = fanOut({ breaker });
      scene.sender.request('k', 0);
      scene.world.run();
      bad.receiver.replyError(new Error('no'));
      scene.world.run();
      const send = scene.sender.notify('k', 1);
      scene.world.run();
      expect(ends(send)).toEqual(failed('ERR_BUS_ENDPOINT_UNAVAILABLE', /breaker was open/));
      expect(bad.receiver.payloads).toEqual([0]);
      expect(heldByWorld(scene.world)).toEqual({});
    });

    it('is named when it is isolated while the next run is waited for, and stays so', () => {
      const { scene, bad, ends } = fanOut();
      const send = scene.sender.notify('k', 1);
      scene.world.run();
      bad.receiver.fail(5);
      scene.world.run();
      scene.world.tell({ op: 'isolate', target: bad.target, isolated: true });
      for (let at = 0; at < 3; at++) {
        scene.world.advance(5);
        scene.world.run();
      }
      expect(ends(send)).toEqual(failed('ERR_BUS_ENDPOINT_UNAVAILABLE', /isolated/));
      expect(heldByWorld(scene.world)).toEqual({});
    });

    it('is named when its thread dies once too often', () => {
      const { scene, bad, ends } = fanOut({ maxDeaths: 1 });
      const send = scene.sender.notify('k', 1);
      scene.world.run();
      bad.receiver.mark();
      scene.world.detach(bad.receiver.client);
      expect(ends(send)).toEqual(failed('ERR_BUS_WORKER', /left the bus/));
      expect(heldByWorld(scene.world, [2])).toEqual({});
    });

    it('is named when half of its sender’s slots wait for another run', () => {
      const { scene, bad, good, ends } = fanOut({ retry: { ...RETRY, initial: 50, max: 50 } });
      const sends = [5, 4, 3, 2, 1].map((n) => scene.sender.notify('k', n));
      scene.world.run();
      for (const _ of sends) bad.receiver.fail();
      expect(ends(sends.at(-1) as PendingSend)).toEqual(
        failed('ERR_BUS_FULL', /half of its slots/),
      );
      scene.world.advance(50);
      scene.world.run();
      for (const { receiver } of [bad, good]) while (receiver.held > 0) receiver.acknowledge();
      scene.world.run();
      expect(heldByWorld(scene.world)).toEqual({});
    });

    it('is named when its ttl ends while it waits there and others have it', () => {
      const { scene, bad, ends } = fanOut({ window: 1, waiting: 2 });
      scene.sender.notify('k', 0);
      const send = scene.sender.notify('k', 1, { ttl: 5 });
      scene.world.run();
      scene.world.advance(5);
      bad.receiver.acknowledge();
      expect(ends(send)).toEqual(failed('ERR_BUS_EXPIRED', /ttl passed/));
      expect(heldByWorld(scene.world)).toEqual({});
    });

    it('ends too when its sender dies before it has heard of it', () => {
      const { scene, bad, letters } = fanOut({ maxDeaths: 1 });
      const mortal = scene.world.client(1);
      mortal.notify('k', 1);
      scene.world.run();
      bad.receiver.mark();
      scene.world.detach(bad.receiver.client);
      scene.world.shard().step(scene.world.nowMs);
      scene.world.detach(mortal);
      scene.world.run();
      if (letters !== undefined) drain(scene, letters);
      expect(scene.world.forgotten.map(({ client }) => client).sort()).toEqual([1, 2]);
      expect(heldByWorld(scene.world, [1, 2])).toEqual({});
    });
  },
);
describe('letters that find no room', () => {
  const SIZE = { cells: 16, slots: 64, reportsWindow: 1, heapBytes: 64 * PAGE_BYTES };

  /** An endpoint whose every message is given up, and one that is well, on the same thread. */
  function failing(): { scene: Scene; letters: Placed; bad: Placed; good: Placed } {
    const scene = new Scene(SIZE);
    const letters = scene.deadLetters({ window: 1 });
    const bad = scene.endpoint('bad', { window: 3 });
    const good = scene.endpoint('good', { window: 3 });
    return { scene, letters, bad, good };
  }

  function failAll({ scene, bad: { receiver } }: { scene: Scene; bad: Placed }): void {
    for (scene.world.run(); receiver.held > 0; scene.world.run()) {
      while (receiver.held > 0) receiver.acknowledge(ACK_STATUS.reject);
    }
  }

  it('wait until there is some, and let the shard sleep', () => {
    const setting = failing();
    const { scene, letters } = setting;
    for (let at = 0; at < 5; at++) scene.sender.notify('bad', at);
    failAll(setting);
    expect(letters.receiver.payloads).toEqual([0]);
    scene.world.advance(10);
    scene.world.run();
    expect(scene.world.shard().sleepMs(scene.world.nowMs)).toBe(-1);
    for (let at = 1; at < 5; at++) {
      letters.receiver.acknowledge();
      scene.world.run();
      expect(letters.receiver.payloads.at(-1)).toBe(at);
    }
    letters.receiver.acknowledge();
    scene.world.run();
    scene.world.advance(5);
    scene.world.run();
    expect(heldByWorld(scene.world)).toEqual({});
  });

  it('keep the places of their endpoint beyond what may wait: others on its thread go on', () => {
    const setting = failing();
    const { scene, letters, bad, good } = setting;
    for (let at = 0; at < 40; at++) scene.sender.notify('bad', at);
    failAll(setting);
    expect(scene.world.shard().state.links[1]?.cells.free).toBeGreaterThan(0);
    for (let at = 0; at < 10; at++) {
      scene.sender.notify('good', at);
      scene.world.run();
      good.receiver.acknowledge();
      scene.world.run();
    }
    expect(good.receiver.payloads).toHaveLength(10);
    expect(bad.receiver.payloads.length).toBeLessThan(20);
    // Nothing of it is lost.
    for (let rounds = 0; rounds < 100; rounds++) {
      while (letters.receiver.held > 0) letters.receiver.acknowledge();
      failAll(setting);
    }
    expect(bad.receiver.payloads).toHaveLength(40);
    expect(letters.receiver.payloads).toEqual(bad.receiver.payloads);
    scene.world.advance(5);
    scene.world.run();
    expect(heldByWorld(scene.world)).toEqual({});
  });
});
