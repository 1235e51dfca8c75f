import { describe, expect, it } from 'vitest';
import type { BreakerSpec } from '../../../src/control/commands.ts';
import { breakerState, isHalfOpen, isOpenState } from '../../../src/memory/breaker-words.ts';
import { STATUS } from '../../../src/memory/entries.ts';
import { retryAfter } from '../../helpers/retry-policy.ts';
import { heldByWorld } from '../client/at-rest.ts';
import { trialsOf } from '../client/trials.ts';
import { type PoolScene, poolScene } from './pool-scene.ts';
import type { Placed } from './scene.ts';

const OPEN_FOR_MS = 100;
const BREAKER: BreakerSpec = { consecutiveFailures: 2, openForMs: OPEN_FOR_MS, probes: 1 };
const RETRY = retryAfter(10, 4);

function stateOf({ pool, scene: { world } }: PoolScene): string {
  const state = breakerState(world.control, pool.target);
  if (!isOpenState(state)) return 'closed';
  return isHalfOpen(state, world.nowMs) ? 'half-open' : 'open';
}

/** A request that each of these threads fails. */
function failEach({ scene }: PoolScene, members: readonly Placed[]): void {
  for (const _ of members) scene.sender.request('k');
  scene.world.run();
  for (const { receiver } of members) receiver.replyError(new Error('no'));
  scene.world.run();
}

describe('the breaker of a pool', () => {
  it('is one for all its threads: it opens by failures of several, and passes requests on', () => {
    const setting = poolScene({ pool: { breaker: BREAKER } });
    const { scene, pool, join } = setting;
    failEach(setting, [join(1), join(2)]);
    expect(stateOf(setting)).toBe('open');
    expect(scene.world.turned).toEqual([pool.target]);
    const other = scene.endpoint('*', {}, 3);
    scene.sender.request('k', 'on');
    scene.world.run();
    expect(other.receiver.payloads).toEqual(['on']);
    other.receiver.reply('done');
    scene.world.run();
    expect(heldByWorld(scene.world)).toEqual({});
  });

  it('counts deaths of threads, by attempt, and outlives them', () => {
    const setting = poolScene({ pool: { breaker: BREAKER } });
    const { scene, join } = setting;
    const members = [join(1), join(2)];
    const send = scene.sender.request('k', 1);
    scene.world.run();
    for (const { receiver } of members) {
      expect(stateOf(setting)).toBe('closed');
      receiver.mark();
      scene.world.detach(receiver.client);
      scene.world.run();
    }
    expect(stateOf(setting)).toBe('open');
    expect(send.toError()).toMatchObject({ code: 'ERR_BUS_ENDPOINT_UNAVAILABLE' });
    scene.world.advance(OPEN_FOR_MS + 1);
    const { receiver } = join(3);
    const trial = scene.sender.request('k', 2);
    scene.world.run();
    expect(stateOf(setting)).toBe('half-open');
    receiver.reply('well');
    scene.world.run();
    expect([stateOf(setting), trial.value]).toEqual(['closed', 'well']);
    expect(heldByWorld(scene.world, [1, 2])).toEqual({});
  });

  it.each([false, true])(
    'lets so many trials through as it says, over all threads and shards; a shard dies: %s',
    (dies) => {
      const setting = poolScene({ shards: 2, pool: { breaker: BREAKER } });
      const { scene, pool, join } = setting;
      scene.world.addRoute('k.*', pool.target);
      const members = [join(1), join(2)];
      failEach(setting, members);
      scene.world.advance(OPEN_FOR_MS + 1);
      for (let at = 0; at < 8; at++) scene.sender.request(`k.${at}`, at);
      scene.world.run();
      if (dies) for (const shard of [0, 1]) scene.world.replaceShard(shard);
      scene.world.run();
      const held = members.filter(({ receiver }) => receiver.held > 0);
      expect(held).toHaveLength(1);
      expect(members.reduce((sum, { target }) => sum + trialsOf(scene.world, target), 0)).toBe(1);
      held[0]?.receiver.reply('well');
      scene.world.run();
      expect(stateOf(setting)).toBe('closed');
      const { statuses } = scene.sender;
      expect(statuses.filter((status) => status === STATUS.unavailable)).toHaveLength(7);
      expect(heldByWorld(scene.world)).toEqual({});
    },
  );

  it.each([false, true])(
    'keeps a notification until it lets it through: no run is counted twice; the shard dies: %s',
    (dies) => {
      const setting = poolScene({
        pool: { breaker: BREAKER, retry: { ...RETRY, initial: OPEN_FOR_MS } },
      });
      const { scene, join } = setting;
      const { receiver } = join(1);
      failEach(setting, [{ receiver, target: 0 }]);
      failEach(setting, [{ receiver, target: 0 }]);
      expect(stateOf(setting)).toBe('open');
      const send = scene.sender.notify('k', 'note');
      scene.world.run();
      if (dies) scene.world.replaceShard(0);
      scene.world.advance(OPEN_FOR_MS);
      scene.world.run();
      expect(receiver.loans[0]).toMatchObject({ attempt: 2, redelivered: false });
      receiver.acknowledge();
      scene.world.run();
      expect([stateOf(setting), send.value]).toEqual(['closed', { delivered: 1 }]);
      expect(heldByWorld(scene.world)).toEqual({});
    },
  );

  it('marks nothing as handed out that was counted, lent and never started', () => {
    const setting = poolScene({
      pool: { breaker: BREAKER, retry: { ...RETRY, initial: OPEN_FOR_MS } },
    });
    const { scene, join } = setting;
    const first = join(1);
    failEach(setting, [first]);
    failEach(setting, [first]);
    const send = scene.sender.notify('k', 'note');
    scene.world.run();
    scene.world.advance(OPEN_FOR_MS);
    scene.world.run();
    expect(first.receiver.held).toBe(1);
    const { receiver } = join(2);
    scene.world.detach(first.receiver.client);
    scene.world.run();
    expect(receiver.loans[0]).toMatchObject({ attempt: 2, redelivered: false });
    receiver.acknowledge();
    scene.world.run();
    expect(send.value).toEqual({ delivered: 1 });
    expect(heldByWorld(scene.world, [1])).toEqual({});
  });

  it('that is open when its pool fails keeps nothing: what it had passed on is given up', () => {
    const setting = poolScene({ pool: { breaker: BREAKER, retry: RETRY } });
    const { scene, pool, join } = setting;
    const letters = scene.deadLetters();
    failEach(setting, [join(1), join(2)]);
    scene.sender.notify('k', 'note');
    scene.world.run();
    scene.world.tell({ op: 'failPool', target: pool.target });
    scene.world.advance(RETRY.initial);
    scene.world.run();
    expect(letters.receiver.payloads).toEqual(['note']);
    letters.receiver.acknowledge();
    scene.world.run();
    expect(heldByWorld(scene.world)).toEqual({});
  });

  it('ends with its pool: a late result counts nowhere', () => {
    const setting = poolScene({ pool: { breaker: BREAKER } });
    const { scene, pool, join } = setting;
    const members = [join(1), join(2)];
    for (const _ of members) scene.sender.request('k');
    scene.world.run();
    scene.world.tell({ op: 'removeTarget', target: pool.target });
    for (const { receiver } of members) receiver.replyError(new Error('no'));
    scene.world.run();
    expect([stateOf(setting), scene.world.turned]).toEqual(['closed', []]);
    expect(heldByWorld(scene.world)).toEqual({});
  });
});
