import { describe, expect, it } from 'vitest';
import { SLOT } from '../../../src/client/slot-table.ts';
import { RETURN, STATUS, submitOp } from '../../../src/memory/entries.ts';
import { heldByWorld } from './at-rest.ts';
import { CoreWorld } from './core-world.ts';
import { HoldingReceiver } from './holding-receiver.ts';

function makeService() {
  const world = new CoreWorld();
  const service = new HoldingReceiver(world.client(1));
  world.addRoute('k', world.addTarget(world.client(1), service));
  return { world, caller: world.client(0), service };
}

describe('Completions', () => {
  it('returns a reply after it was read, before its own slot can be used again', () => {
    const { world, caller, service } = makeService();
    caller.request('k');
    world.run();
    service.reply('r');
    world.run();
    const { submit, words } = world.links[0]?.[0] ?? { submit: [0], words: [0] };
    expect([words[0], submitOp(submit[1] as number)]).toEqual([2, RETURN]);
  });

  it('keeps slot, key and block of a settled message until the release', () => {
    const { world, caller, service } = makeService();
    caller.request('k', 'payload', { timeout: 1 });
    world.run();
    world.advance(1);
    world.run();
    const key = caller.core.interner.intern('k');
    expect([caller.core.slots.state[0], key?.inFlight]).toEqual([SLOT.leftBehind, 1]);
    expect([caller.core.outstanding, caller.core.leftBehind]).toEqual([1, 1]);
    service.reply('late');
    world.run();
    expect([caller.core.slots.state[0], key?.inFlight]).toEqual([SLOT.free, 0]);
    expect(caller.core.leftBehind).toBe(0);
    expect(heldByWorld(world)).toEqual({});
  });

  it('ends the flush of a message with its status, not with its release', async () => {
    const { world, caller } = makeService();
    caller.request('k', 1, { timeout: 1 });
    const flushed = caller.core.batches.flush();
    world.run();
    world.advance(1);
    world.run();
    await flushed;
    expect(caller.core.slots.used).toBe(1);
  });

  it('reads each entry once, also when who is told of one looks for more at once', () => {
    const { world, caller } = makeService();
    caller.unclaimed.push = (...told) => {
      caller.core.reap();
      return Array.prototype.push.apply(caller.unclaimed, told);
    };
    for (let round = 0; round < 4; round++) {
      for (let i = 0; i < 5; i++) caller.tryNotify('nobody');
      world.run();
    }
    expect([caller.unclaimed.length, caller.completions.length]).toEqual([20, 20]);
    expect(heldByWorld(world)).toEqual({});
  });

  it('tells nobody of replies and reports, and of messages that went well', () => {
    const { world, caller, service } = makeService();
    caller.tryNotify('k');
    caller.request('k');
    world.run();
    service.report('e', 'why');
    service.reply('r');
    world.run();
    expect(service.client.unclaimed).toEqual([]);
    expect(caller.unclaimed.map(({ status }) => status)).toEqual([STATUS.failed]);
    expect(service.client.core.counters.counts.settled).toBe(0);
  });
});
