import { describe, expect, it } from 'vitest';
import type { TargetSpec } from '../../../src/control/commands.ts';
import { ACK_STATUS } from '../../../src/memory/entries.ts';
import { heldByWorld } from '../client/at-rest.ts';
import { HoldingReceiver } from '../client/holding-receiver.ts';
import { type Placed, Scene } from './scene.ts';

const ROOMY = { events: 100, bytes: 100_000 };

function member(scene: Scene, wishes: Partial<TargetSpec> = {}, at = 1, pattern = 'k'): Placed {
  const receiver = new HoldingReceiver(scene.world.client(at));
  const spec = { kind: 'subscription', group: 1, bound: ROOMY, ...wishes } as const;
  const target = scene.world.addTarget(receiver.client, receiver, spec);
  scene.world.subscribe(pattern, target, spec.group);
  return { receiver, target };
}

function publish(scene: Scene, count: number, first = 0) {
  const sends = Array.from({ length: count }, (_, at) => scene.sender.publish('k', first + at));
  scene.world.run();
  return sends;
}

const payloadsOf = (members: readonly Placed[]): unknown[][] =>
  members.map(({ receiver }) => receiver.payloads);

describe('the turn of a group', () => {
  it('gives each event to one member, counts the group once, and leaves plain subscriptions theirs', () => {
    const scene = new Scene();
    const members = [member(scene), member(scene, {}, 2), member(scene, {}, 2, 'k*')];
    const plain = scene.subscription('k');
    const sends = publish(scene, 6);
    expect(payloadsOf(members)).toEqual([
      [0, 3],
      [1, 4],
      [2, 5],
    ]);
    expect(plain.receiver.payloads).toEqual([0, 1, 2, 3, 4, 5]);
    expect(sends.map(({ value }) => value)).toEqual([2, 2, 2, 2, 2, 2]);
  });

  it('passes over who has no room, and who comes after loses no turn', () => {
    const scene = new Scene();
    const small = member(scene, { bound: { events: 1, bytes: 1000 }, whenFull: 'park' });
    const large = member(scene, { whenFull: 'park' }, 2);
    publish(scene, 4);
    expect(payloadsOf([small, large])).toEqual([[0], [1, 2, 3]]);
  });

  it('lets the event wait when all are full and the one in turn blocks, and gives it to the first with room', () => {
    const scene = new Scene();
    const bound = { events: 1, bytes: 1000 };
    const members = [1, 2].map((at) => member(scene, { bound, whenFull: 'park' }, at));
    const sends = publish(scene, 4);
    expect(sends.map(({ isOpen }) => isOpen)).toEqual([false, false, true, true]);
    members[1]?.receiver.acknowledge();
    scene.world.run();
    expect(payloadsOf(members)).toEqual([[0], [1, 2]]);
    const third = member(scene, { bound, whenFull: 'park' }, 2);
    scene.world.run();
    expect(third.receiver.payloads).toEqual([3]);
    for (const { receiver } of [...members, third]) receiver.acknowledge();
    scene.world.run();
    expect(heldByWorld(scene.world)).toEqual({});
  });

  it('refuses the event when the one in turn refuses', () => {
    const scene = new Scene();
    member(scene, { bound: { events: 1, bytes: 1000 }, whenFull: 'error' });
    const sends = publish(scene, 2);
    expect(sends[1]?.toError()).toMatchObject({ code: 'ERR_BUS_FULL', details: { delivered: 0 } });
  });

  it('gives what a member hands back, or waits for it in the shard, to others', () => {
    const scene = new Scene();
    const leaving = member(scene, { window: 1, waiting: 2 });
    const staying = member(scene, {}, 2);
    publish(scene, 6);
    expect(payloadsOf([leaving, staying])).toEqual([[0], [1, 3, 5]]);
    scene.world.removeTarget(leaving.target);
    leaving.receiver.acknowledge(ACK_STATUS.requeue);
    scene.world.run();
    expect(staying.receiver.payloads).toEqual([1, 3, 5, 2, 4, 0]);
    while (staying.receiver.held > 0) staying.receiver.acknowledge();
    scene.world.run();
    expect(heldByWorld(scene.world)).toEqual({});
  });

  it('gives what a dead thread held to others, marked where it had started', () => {
    const scene = new Scene();
    const dying = member(scene);
    const staying = member(scene, {}, 2);
    publish(scene, 4);
    const started = dying.receiver.loans[0];
    started?.link.mark(started.cell, started.number);
    scene.world.detach(scene.world.client(1));
    scene.world.run();
    expect(staying.receiver.payloads).toEqual([1, 3, 0, 2]);
    expect(staying.receiver.loans.map(({ redelivered }) => redelivered)).toEqual([
      false,
      false,
      true,
      false,
    ]);
  });

  it('gives up what nobody is left for', () => {
    const scene = new Scene();
    const { receiver, target } = member(scene);
    publish(scene, 3);
    scene.world.removeTarget(target);
    receiver.acknowledge(ACK_STATUS.requeue);
    receiver.acknowledge(ACK_STATUS.requeue);
    receiver.acknowledge(ACK_STATUS.requeue);
    scene.world.run();
    expect(heldByWorld(scene.world)).toEqual({});
  });

  it('is not lost with the shard: an event of a member that left meanwhile goes to another', () => {
    const scene = new Scene();
    const leaving = member(scene, { window: 1, waiting: 2 });
    const staying = member(scene, {}, 2);
    publish(scene, 4);
    scene.world.shards[0]?.step(scene.world.nowMs);
    scene.world.journals[0]?.note({ op: 'removeTarget', target: leaving.target });
    scene.world.replaceShard(0);
    leaving.receiver.acknowledge(ACK_STATUS.requeue);
    scene.world.run();
    expect(new Set(staying.receiver.payloads)).toEqual(new Set([0, 1, 2, 3]));
  });
});
