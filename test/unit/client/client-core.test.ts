import { describe, expect, it } from 'vitest';
import { EndpointReceiver } from '../../../src/client/endpoint.ts';
import type { Loan } from '../../../src/client/loan.ts';
import { BELL } from '../../../src/memory/client-memory.ts';
import { COMPLETION, STATUS } from '../../../src/memory/entries.ts';
import { DONE, PTAIL, TAIL } from '../../../src/memory/link-memory.ts';
import { BusError } from '../../../src/message/errors.ts';
import { KIND } from '../../../src/message/kinds.ts';
import { resolveEndpointOptions } from '../../../src/options.ts';
import { heldByWorld } from './at-rest.ts';
import { CoreWorld } from './core-world.ts';
import { HoldingReceiver } from './holding-receiver.ts';

function makePair(size: ConstructorParameters<typeof CoreWorld>[0] = {}, window = 8) {
  const world = new CoreWorld(size);
  const [sender, owner] = [world.client(0), world.client(1)];
  const receiver = new HoldingReceiver(owner);
  const target = world.addTarget(owner, receiver, { window });
  world.addRoute('k', target);
  return { world, sender, owner, receiver, target };
}

describe('ClientCore', () => {
  it.each([1, 2, 4])('carries a request and its reply through any of %i shards', async (shards) => {
    const world = new CoreWorld({ shards });
    const target = world.addEndpoint(world.client(1), 'e', ({ payload }) => [payload]);
    world.addRoute('*', target);
    const keys = Array.from({ length: 12 }, (_, at) => `key ${at}`);
    const sends = keys.map((key) => world.client().request(key, key));
    await world.runAsync();
    expect(sends.map(({ value }) => value)).toEqual(keys.map((key) => [key]));
    const used = new Set(world.client().completions.map(({ shard }) => shard));
    expect(used.size).toBe(shards);
    expect(heldByWorld(world)).toEqual({});
  });

  it('counts what its messages came to', () => {
    const { world, sender, receiver } = makePair();
    sender.request('nobody');
    sender.notify('k');
    sender.publish('k');
    sender.request('k', 0, { timeout: 5 });
    world.run();
    receiver.acknowledge();
    world.advance(6);
    world.run();
    expect(sender.core.counters.counts).toMatchObject({
      accepted: 4,
      requests: 2,
      notifications: 1,
      events: 1,
      settled: 4,
      noRoute: 1,
      timedOut: 1,
      failed: 0,
    });
  });

  it('counts a request that an error answers as failed, and a verdict as timed out', () => {
    const { world, sender, receiver } = makePair();
    for (let at = 0; at < 3; at++) sender.request('k', at);
    world.run();
    receiver.reply('fine');
    receiver.replyError(new Error('thrown'));
    receiver.replyError(new BusError('ERR_BUS_TIMEOUT', 'too slow'), true);
    world.run();
    expect(sender.core.counters.counts).toMatchObject({ settled: 3, failed: 1, timedOut: 1 });
  });

  it('copies out what its endpoints counted, and begins anew where a target is used again', () => {
    const world = new CoreWorld();
    const owner = world.client(1);
    const acts: Record<string, () => unknown> = {
      answer: () => 1,
      throw: () => {
        throw new Error('thrown');
      },
      hold: () => new Promise(() => {}),
      unsendable: () => () => 1,
    };
    const target = world.addEndpoint(owner, 'e', ({ payload }) => acts[payload as string]?.());
    world.addRoute('k', target);
    for (const act of ['answer', 'throw', 'hold', 'unsendable', 'answer', 'answer']) {
      world.client(0).request('k', act);
    }
    world.run();
    const tally = (): number[] => [...owner.core.control.tallies.slice(target * 4, target * 4 + 3)];
    expect(tally()).toEqual([0, 0, 0]);
    owner.core.publishCounters();
    expect(tally()).toEqual([3, 2, 1]);
    owner.core.uninstall(target);
    const options = resolveEndpointOptions({});
    const { receiverParts } = owner.core;
    owner.core.install(target, new EndpointReceiver('next', () => 1, options, receiverParts));
    expect(tally()).toEqual([0, 0, 0]);
  });

  it('hands back what comes for a receiver that is gone, for another one to take', () => {
    const { world, sender, owner, receiver, target } = makePair();
    const other = new HoldingReceiver(owner);
    world.addRoute('k', world.addTarget(owner, other), { priority: 0 });
    owner.core.uninstall(target);
    sender.request('k', 1);
    world.run();
    expect(receiver.payloads).toEqual([]);
    world.removeTarget(target);
    world.advance(5);
    world.run();
    expect(other.payloads).toEqual([1]);
    expect((other.loans[0] as Loan).redelivered).toBe(false);
  });

  it('tells what it holds until it holds nothing', () => {
    const { world, sender, receiver } = makePair();
    sender.request('k', 'text');
    expect(sender.core.outstanding).toBe(1);
    world.run();
    receiver.reply('r');
    expect(receiver.client.core.outstanding).toBe(1);
    world.run();
    expect([sender.core.outstanding, receiver.client.core.outstanding]).toEqual([0, 0]);
    sender.core.publishCounters();
    expect(sender.core.counters.counts).toMatchObject({ slotsUsed: 0, outstanding: 0 });
  });

  it('publishes nothing before the batch, the flush or the end of the microtask, but the first', () => {
    const { world, sender } = makePair({ batchSize: 4 });
    const { words } = world.links[0]?.[0] ?? { words: new Int32Array(0) };
    const published: number[] = [];
    for (let at = 0; at < 6; at++) {
      sender.notify('k');
      published.push(words[TAIL] as number);
    }
    expect(published).toEqual([1, 1, 1, 1, 5, 5]);
    expect(words[PTAIL]).toBe(6);
    sender.endMicrotask();
    expect([words[TAIL], words[DONE]]).toEqual([6, 0]);
  });

  it('publishes each at once where a batch is one', () => {
    const { world, sender } = makePair({ batchSize: 1 });
    sender.notify('k');
    sender.notify('k');
    expect(world.links[0]?.[0]?.words[TAIL]).toBe(2);
    expect(sender.microtasks).toHaveLength(0);
  });

  it('reads a bounded number of deliveries a poll, and all of them with pollAll', () => {
    const { world, sender, owner, receiver } = makePair(
      { slots: 400, cells: 600, heapBytes: 1024 * 1024 },
      400,
    );
    for (let at = 0; at < 300; at++) sender.notify('k', at);
    sender.core.flushAll();
    for (let step = 0; step < 20; step++) world.shard().step(1);
    expect(owner.core.poll()).toBe(256);
    owner.core.pollAll();
    expect(receiver.payloads).toEqual(Array.from({ length: 300 }, (_, at) => at));
  });

  it('lets the event loop have its turn when handlers take long', () => {
    const { world, sender, owner, receiver } = makePair(
      { slots: 400, cells: 600, heapBytes: 1024 * 1024 },
      400,
    );
    const take = receiver.take.bind(receiver);
    receiver.take = (loan) => {
      world.nowMs += 0.5;
      take(loan);
    };
    for (let at = 0; at < 100; at++) sender.notify('k', at);
    sender.core.flushAll();
    for (let step = 0; step < 10; step++) world.shard().step(1);
    expect(owner.core.poll()).toBe(32);
  });

  it('is woken when it sleeps and something came for it', () => {
    const { world, sender, owner } = makePair();
    const { words } = owner.core.memory;
    words[0] = 1;
    const before = words[BELL] as number;
    sender.notify('k');
    world.turn();
    expect(words[BELL]).toBe(before + 1);
  });

  it('knows the kinds of its own messages', () => {
    const { world, sender } = makePair();
    sender.notify('k');
    sender.request('k');
    expect([sender.core.kindOf(0), sender.core.kindOf(1)]).toEqual([
      KIND.notification,
      KIND.request,
    ]);
    expect(world.client().core.busState).toBe(0);
  });

  it('gives each message its status once and its release once, also when they come apart', () => {
    const { world, sender, receiver } = makePair();
    sender.request('k', 1, { timeout: 5 });
    world.run();
    world.advance(5);
    world.run();
    expect(sender.core.slots.used).toBe(1);
    receiver.reply('late');
    world.run();
    const kinds = sender.completions.map(({ completion, status }) => [completion, status]);
    expect(kinds).toEqual([
      [COMPLETION.settled, STATUS.timeout],
      [COMPLETION.release, STATUS.ok],
    ]);
    expect(receiver.client.statuses).toEqual([STATUS.late]);
    expect(heldByWorld(world)).toEqual({});
  });

  it('refuses a link without its shard', () => {
    const { world } = makePair();
    const { core } = world.client();
    expect(core.links).toHaveLength(1);
    expect(() => core.peers.get(9)).toThrow('Client 9 sent before it was announced');
  });
});
