import { describe, expect, it } from 'vitest';
import { STATUS } from '../../../src/memory/entries.ts';
import { BusError } from '../../../src/message/errors.ts';
import { heldByWorld } from './at-rest.ts';
import { CoreWorld } from './core-world.ts';
import { HoldingReceiver } from './holding-receiver.ts';
import { requestTo } from './request-to.ts';

function makeCollected(size: ConstructorParameters<typeof CoreWorld>[0] = {}) {
  const world = new CoreWorld({ clients: 3, ...size });
  const [caller, owner, other] = [world.client(0), world.client(1), world.client(2)];
  const service = new HoldingReceiver(owner);
  world.addRoute('k', world.addTarget(owner, service));
  const collector = new HoldingReceiver(other);
  const to = world.addTarget(other, collector);
  return { world, caller, owner, other, service, collector, to };
}

describe('ForwardedReplies', () => {
  it('hand the reply to the endpoint, and the requester hears that it is routed', () => {
    const { caller, collector, owner, service, to, world } = makeCollected();
    const send = requestTo(caller, to, 'question');
    world.run();
    expect([send.isOpen, send.failed, service.payloads]).toEqual([false, false, ['question']]);
    service.reply({ answer: 42 });
    world.run();
    expect(collector.payloads).toEqual([{ answer: 42 }]);
    // The request is over although the reply is still with its receiver.
    expect([caller.core.outstanding, owner.core.outstanding]).toEqual([0, 1]);
    collector.acknowledge();
    world.run();
    expect(owner.core.counters.counts).toMatchObject({ accepted: 1, settled: 1 });
    expect(heldByWorld(world)).toEqual({});
  });

  it('carry what the requester would have been rejected with', () => {
    const { caller, collector, service, to, world } = makeCollected();
    for (const at of [1, 2, 3]) requestTo(caller, to, at);
    world.run();
    service.replyError(new RangeError('out'));
    service.replyError(new BusError('ERR_BUS_TIMEOUT', 'the attempt'), true);
    service.reply(() => 'a function');
    world.run();
    expect(collector.payloads).toMatchObject([
      { code: 'ERR_BUS_HANDLER', message: 'out', cause: { name: 'RangeError' } },
      { code: 'ERR_BUS_TIMEOUT', message: 'the attempt' },
      { code: 'ERR_BUS_HANDLER', cause: { code: 'ERR_BUS_INVALID_MESSAGE' } },
    ]);
    expect(collector.payloads.map((error) => BusError.isBusError(error))).toEqual([
      true,
      true,
      true,
    ]);
    for (const _ of collector.payloads) collector.acknowledge();
    world.run();
    expect(heldByWorld(world)).toEqual({});
  });

  it('end a request in time, and a reply that comes later is late', () => {
    const { caller, collector, owner, service, to, world } = makeCollected();
    const send = requestTo(caller, to, 1, { timeout: 5 });
    world.run();
    world.advance(5);
    world.run();
    expect([send.failed, service.loans[0]?.aborted]).toEqual([false, true]);
    expect(world.shard().state.counters.counts.timedOut).toBe(1);
    service.reply('late');
    world.run();
    expect(collector.payloads).toEqual([]);
    expect(owner.core.counters.counts.lateResults).toBe(1);
    expect(heldByWorld(world)).toEqual({});
  });

  it('wait for room, their requests with them', () => {
    const { caller, collector, owner, service, to, world } = makeCollected({ slots: 4 });
    for (const at of [1, 2, 3]) requestTo(caller, to, at);
    const own = [1, 2, 3].map(() => owner.notify('k'));
    world.run();
    for (const at of [1, 2, 3]) service.reply(at);
    world.run();
    expect([collector.payloads, owner.core.receiverParts.answers.waiting]).toEqual([[1], 2]);
    for (let at = 0; at < 3; at++) {
      collector.acknowledge();
      world.run();
    }
    expect(collector.payloads).toEqual([1, 2, 3]);
    for (const _ of own) service.acknowledge();
    world.run();
    expect(heldByWorld(world)).toEqual({});
  });

  it('to an endpoint that has closed meanwhile are undeliverable on the thread of the handler', () => {
    const { caller, owner, service, to, world } = makeCollected();
    requestTo(caller, to);
    world.run();
    world.removeTarget(to);
    service.reply('to nobody');
    world.run();
    expect(owner.unclaimed).toMatchObject([{ status: STATUS.noRoute }]);
    expect(heldByWorld(world)).toEqual({});
  });

  it('are not sent for a request that is refused: its call says so', () => {
    const world = new CoreWorld();
    const collector = new HoldingReceiver(world.client(1));
    const send = requestTo(world.client(), world.addTarget(collector.client, collector));
    world.run();
    expect(send.toError()).toMatchObject({ code: 'ERR_BUS_NO_ROUTE' });
    expect(heldByWorld(world)).toEqual({});
  });
});
