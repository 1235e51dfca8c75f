import { describe, expect, it } from 'vitest';
import { ACK_STATUS, STATUS } from '../../../src/memory/entries.ts';
import {
  causeReason,
  LETTER_REASON,
  letterAttempts,
  letterCause,
} from '../../../src/memory/letter-word.ts';
import { retryAtOnce } from '../../helpers/retry-policy.ts';
import { heldByWorld } from '../client/at-rest.ts';
import { type Placed, Scene } from './scene.ts';

describe('the end of a ttl', () => {
  it.each(['request', 'notify', 'publish'] as const)(
    'ends a %s that waits for room, at its time',
    (verb) => {
      const scene = new Scene();
      const { receiver } =
        verb === 'publish'
          ? scene.subscription('k', { window: 1 })
          : scene.endpoint('k', { window: 1 });
      scene.sender[verb]('k', 'first');
      const waiting = scene.sender[verb]('k', 'late', { ttl: 5 });
      scene.world.run();
      scene.world.advance(4);
      scene.world.run();
      expect(waiting.isOpen).toBe(true);
      scene.world.advance(1);
      scene.world.run();
      expect(waiting.toError()).toMatchObject({ code: 'ERR_BUS_EXPIRED' });
      receiver.acknowledge();
      scene.world.run();
      expect(receiver.payloads).toEqual(['first']);
    },
  );

  it('ends a message that is meant for somebody and not handed over', () => {
    const scene = new Scene();
    const { receiver } = scene.endpoint('k', { window: 2 });
    receiver.client.core.install(20, receiver);
    const target = { id: 20, kind: 'endpoint', client: 1, window: 4, whenFull: 'park' } as const;
    scene.world.tell({ op: 'addTarget', target });
    const shard = scene.world.shard().state;
    // It has cells for more than it may have on loan.
    (shard.targets[20] as { loanMax: number }).loanMax = 1;
    scene.world.addRoute('b', 20);
    for (const payload of [1, 2]) scene.sender.notify('b', payload, { ttl: 5 });
    const both = scene.sender.notify('b', 3, { ttl: 5, timeout: 50 });
    scene.world.run();
    scene.world.advance(5);
    scene.world.run();
    expect([receiver.payloads, both.toError()]).toMatchObject([[1], { code: 'ERR_BUS_EXPIRED' }]);
    receiver.acknowledge();
    scene.world.run();
    expect(receiver.payloads).toEqual([1]);
    expect(heldByWorld(scene.world)).toEqual({});
  });

  it('leaves alone what was handed over; the deadline still holds', () => {
    const scene = new Scene();
    const { receiver } = scene.endpoint('k');
    const [ends, answered] = [
      scene.sender.request('k', 1, { ttl: 5, timeout: 20 }),
      scene.sender.request('k', 2, { ttl: 5 }),
    ];
    scene.world.run();
    scene.world.advance(10);
    scene.world.run();
    expect([ends.isOpen, answered.isOpen]).toEqual([true, true]);
    scene.world.advance(10);
    scene.world.run();
    expect(scene.sender.statuses).toEqual([STATUS.timeout]);
    receiver.reply('late');
    receiver.reply('there');
    scene.world.run();
    expect(answered.value).toBe('there');
    expect(heldByWorld(scene.world)).toEqual({});
  });

  it('of a notification that one endpoint has and the other waits for fails the other alone', () => {
    const scene = new Scene();
    const quick = scene.endpoint('*', { window: 4 });
    const slow = scene.endpoint('k', { window: 4 }, 2);
    const shard = scene.world.shard().state;
    (shard.targets[slow.target] as { loanMax: number }).loanMax = 1;
    const first = scene.sender.notify('k', 'first');
    const second = scene.sender.notify('k', 'second', { ttl: 5 });
    scene.world.run();
    scene.world.advance(6);
    for (let i = 0; i < 2; i++) quick.receiver.acknowledge();
    slow.receiver.acknowledge();
    scene.world.run();
    expect([quick.receiver.payloads, slow.receiver.payloads]).toEqual([
      ['first', 'second'],
      ['first'],
    ]);
    expect(first.value).toEqual({ delivered: 2 });
    expect(second.toError()).toMatchObject({
      code: 'ERR_BUS_DELIVERY_FAILED',
      details: { delivered: 1 },
    });
    expect(heldByWorld(scene.world)).toEqual({});
  });

  it('of an event that one subscription has drops it at the other', () => {
    const scene = new Scene();
    scene.subscription('*', { window: 4 });
    const slow = scene.subscription('k', { window: 4 }, 2);
    const shard = scene.world.shard().state;
    (shard.targets[slow.target] as { loanMax: number }).loanMax = 1;
    scene.sender.publish('k', 'first');
    const second = scene.sender.publish('k', 'second', { ttl: 5 });
    scene.world.run();
    scene.world.advance(6);
    slow.receiver.acknowledge();
    scene.world.run();
    expect([second.value, slow.receiver.payloads]).toEqual([2, ['first']]);
  });

  it('holds for a successor of the shard', () => {
    const scene = new Scene();
    scene.endpoint('k', { window: 1 });
    scene.sender.request('k', 'first');
    const waiting = scene.sender.request('k', 'late', { ttl: 5 });
    scene.world.run();
    scene.world.replaceShard(0);
    scene.world.run();
    scene.world.advance(5);
    scene.world.run();
    expect(waiting.toError()).toMatchObject({ code: 'ERR_BUS_EXPIRED' });
  });
});

describe('what expires before it was handed over, where letters are kept', () => {
  const TTL = { ttl: 5 };

  /** With what each letter says: its reason, and the runs that it had. */
  function withLetters(window = 8): { scene: Scene; letters: Placed; told: unknown[] } {
    const scene = new Scene();
    const letters = scene.deadLetters({ window });
    const told: unknown[] = [];
    const take = letters.receiver.take.bind(letters.receiver);
    letters.receiver.take = (loan, detail?: number) => {
      const word = detail as number;
      told.push([causeReason(letterCause(word)) === LETTER_REASON.expired, letterAttempts(word)]);
      take(loan);
    };
    return { scene, letters, told };
  }

  function end({ scene, letters }: { scene: Scene; letters: Placed }): void {
    for (let rounds = 0; rounds < 3; rounds++) {
      scene.world.run();
      while (letters.receiver.held > 0) letters.receiver.acknowledge();
    }
    scene.world.advance(5);
    scene.world.run();
  }

  it.each<[string, number, (scene: Scene, placed: Placed) => void]>([
    ['parked', 0, () => {}],
    ['waiting for its next run', 1, (_, { receiver }) => receiver.fail(1_000)],
  ])('leaves a letter: a notification that is %s', (_, attempts, begin) => {
    const setting = withLetters();
    const { scene, letters, told } = setting;
    const placed = scene.endpoint('k', { window: 1, retry: retryAtOnce(3) });
    if (attempts === 0) scene.sender.notify('k', 'first');
    const late = scene.sender.notify('k', 'late', TTL);
    scene.world.run();
    begin(scene, placed);
    scene.world.run();
    scene.world.advance(5);
    scene.world.run();
    expect([letters.receiver.payloads, told, late.isOpen]).toEqual([
      ['late'],
      [[true, attempts]],
      true,
    ]);
    end(setting);
    expect(late.toError()).toMatchObject({ code: 'ERR_BUS_EXPIRED' });
    while (placed.receiver.held > 0) placed.receiver.acknowledge();
    end(setting);
    expect(placed.receiver.payloads).toHaveLength(1);
    expect(heldByWorld(scene.world)).toEqual({});
  });

  it('leaves one when the shard comes too late to it', () => {
    const setting = withLetters();
    const { scene, letters } = setting;
    const { receiver } = scene.endpoint('k');
    const late = scene.sender.notify('k', 'late', TTL);
    const request = scene.sender.request('k', 'request', TTL);
    scene.world.advance(5);
    end(setting);
    expect([letters.receiver.payloads, receiver.payloads]).toEqual([['late'], []]);
    for (const send of [late, request]) {
      expect(send.toError()).toMatchObject({ code: 'ERR_BUS_EXPIRED' });
    }
    expect(heldByWorld(scene.world)).toEqual({});
  });

  it('leaves one for each endpoint, and has expired for its sender', () => {
    const setting = withLetters();
    const { scene, letters } = setting;
    const [first, second] = [
      scene.endpoint('*', { window: 1 }),
      scene.endpoint('*', { window: 1 }, 2),
    ];
    scene.sender.notify('k', 'first');
    const late = scene.sender.notify('k', 'late', TTL);
    scene.world.run();
    scene.world.advance(5);
    end(setting);
    expect(letters.receiver.payloads).toEqual(['late', 'late']);
    expect(late.toError()).toMatchObject({ code: 'ERR_BUS_EXPIRED' });
    for (const { receiver } of [first, second]) receiver.acknowledge();
    end(setting);
    expect(heldByWorld(scene.world)).toEqual({});
  });

  it('leaves one of an acknowledged event, and none of another, which is counted', () => {
    const setting = withLetters();
    const { scene, letters } = setting;
    const retry = retryAtOnce(3);
    const park = { window: 1, whenFull: 'park' } as const;
    const acked = scene.subscription('k', {
      window: 1,
      whenFull: 'drop-oldest',
      waiting: 4,
      retry,
    });
    const plain = scene.subscription('k', { window: 1, whenFull: 'drop-oldest', waiting: 4 }, 2);
    const blocks = scene.subscription('b', { ...park, retry }, 2);
    for (const key of ['k', 'b']) {
      for (const payload of ['first', `late ${key}`]) scene.sender.publish(key, payload, TTL);
    }
    scene.world.run();
    scene.world.advance(5);
    end(setting);
    expect(letters.receiver.payloads.sort()).toEqual(['late b', 'late k']);
    expect(scene.world.shard().state.counters.counts.expired).toBe(3);
    for (const { receiver } of [acked, plain, blocks]) {
      expect(receiver.payloads).toEqual(['first']);
      receiver.acknowledge();
    }
    end(setting);
    expect(heldByWorld(scene.world)).toEqual({});
  });

  it('waits for room among the letters, and never runs meanwhile; a letter that waits stays one', () => {
    const setting = withLetters(1);
    const { scene, letters } = setting;
    const { receiver } = scene.endpoint('k', { window: 1 });
    scene.sender.notify('k', 'first');
    const late = [1, 2, 3].map((payload) => scene.sender.notify('k', payload, TTL));
    scene.world.run();
    receiver.acknowledge(ACK_STATUS.reject);
    scene.world.run();
    scene.world.advance(5);
    scene.world.run();
    receiver.acknowledge(ACK_STATUS.reject);
    scene.world.run();
    expect(letters.receiver.payloads).toEqual(['first']);
    for (const payload of [1, 2, 3]) {
      letters.receiver.acknowledge();
      scene.world.run();
      expect(letters.receiver.payloads.at(-1)).toBe(payload);
    }
    end(setting);
    expect(receiver.payloads).toEqual(['first', 1]);
    expect(late.map((send) => (send.toError() as { code?: string }).code)).toEqual([
      'ERR_BUS_DELIVERY_FAILED',
      'ERR_BUS_EXPIRED',
      'ERR_BUS_EXPIRED',
    ]);
    expect(heldByWorld(scene.world)).toEqual({});
  });
});
