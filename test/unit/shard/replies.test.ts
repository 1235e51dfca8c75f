import { describe, expect, it } from 'vitest';
import { STATUS } from '../../../src/memory/entries.ts';
import { LEDGER, recordState } from '../../../src/memory/ledger.ts';
import { heldByWorld } from '../client/at-rest.ts';
import { Scene } from './scene.ts';

describe('a response', () => {
  it('is lent to the requester until it has read it', () => {
    const scene = new Scene();
    const { receiver } = scene.endpoint('k');
    const send = scene.sender.request('k');
    scene.world.run();
    receiver.reply('r');
    receiver.client.endMicrotask();
    receiver.client.core.flushAll();
    scene.world.shard().step(1);
    const { ledger } = scene.world.links[0]?.[1] ?? { ledger: new Int32Array(0) };
    expect(recordState(ledger, 0)).toBe(LEDGER.lent);
    expect(scene.world.shard().state.links[0]?.borrowed).toBe(1);
    scene.world.run();
    expect([send.value, recordState(ledger, 0), receiver.client.statuses]).toEqual([
      'r',
      LEDGER.done,
      [STATUS.ok],
    ]);
  });

  it('that comes after the time-out is late, and gives back the slot', () => {
    const scene = new Scene();
    const { receiver } = scene.endpoint('k');
    scene.sender.request('k', 1, { timeout: 2 });
    scene.world.run();
    scene.world.advance(2);
    scene.world.run();
    receiver.reply('r');
    scene.world.run();
    expect(receiver.client.statuses).toEqual([STATUS.late]);
    expect(scene.world.shard().state.counters.counts.late).toBe(1);
    expect(heldByWorld(scene.world)).toEqual({});
  });

  it('wins when it is read before the time-out in one step', () => {
    const scene = new Scene();
    const { receiver } = scene.endpoint('k');
    const send = scene.sender.request('k', 1, { timeout: 2 });
    scene.world.run();
    receiver.reply('r');
    scene.world.nowMs += 2;
    scene.world.run();
    expect(send.value).toBe('r');
    expect(heldByWorld(scene.world)).toEqual({});
  });

  it('of one slot is not mistaken for the answer of a later loan of the same cell', () => {
    const scene = new Scene();
    const { receiver } = scene.endpoint('k', { window: 1 });
    scene.sender.request('k', 0);
    scene.world.run();
    const [loan] = receiver.loans;
    receiver.reply('first');
    scene.world.run();
    if (loan === undefined) throw new Error('nothing on loan');
    const second = scene.sender.request('k', 1);
    scene.world.run();
    loan.settled = false;
    receiver.client.core.receiverParts.answers.reply(loan, 'of the past');
    scene.world.run();
    expect(second.isOpen).toBe(true);
    expect(receiver.client.statuses).toEqual([STATUS.ok, STATUS.late]);
  });
});

describe('a failure report', () => {
  it('of a message that has ended is late', () => {
    const scene = new Scene();
    const { receiver } = scene.endpoint('k');
    scene.sender.notify('k', 1, { timeout: 2 });
    scene.world.run();
    scene.world.advance(2);
    scene.world.run();
    receiver.report('e', 'why');
    scene.world.run();
    expect(receiver.client.statuses).toEqual([STATUS.late]);
    expect(heldByWorld(scene.world)).toEqual({});
  });

  it('of a sender that is gone goes nowhere', () => {
    const scene = new Scene();
    const { receiver } = scene.endpoint('k');
    scene.sender.notify('k');
    scene.world.run();
    scene.world.detach(scene.sender);
    receiver.report('e', 'why');
    scene.world.run();
    expect(receiver.client.statuses).toEqual([STATUS.late]);
    expect(scene.world.forgotten).toEqual([{ shard: 0, client: 0 }]);
    expect(heldByWorld(scene.world, [0])).toEqual({});
  });
});
