import { describe, expect, it } from 'vitest';
import { ACK_STATUS, packAck, packReturn, STATUS } from '../../../src/memory/entries.ts';
import { heldByWorld } from '../client/at-rest.ts';
import { Scene } from './scene.ts';

describe('an acknowledgement', () => {
  it.each([
    ['ok', STATUS.ok],
    ['failed', STATUS.failed],
    ['reject', STATUS.failed],
  ] as const)('that says %s ends a notification', (how, status) => {
    const scene = new Scene();
    const { receiver } = scene.endpoint('k');
    scene.sender.notify('k');
    scene.world.run();
    receiver.acknowledge(ACK_STATUS[how]);
    scene.world.run();
    expect(scene.sender.statuses).toEqual([status]);
    expect(heldByWorld(scene.world)).toEqual({});
  });

  it('counts the failures of a fan-out exactly', () => {
    const scene = new Scene();
    const all = [1, 2, 1, 2].map((at) => scene.endpoint('k', {}, at));
    const send = scene.sender.notify('k');
    scene.world.run();
    all.forEach(({ receiver }, at) => {
      receiver.acknowledge(at < 3 ? ACK_STATUS.failed : ACK_STATUS.ok);
      scene.world.run();
    });
    expect(send.toError()).toMatchObject({ details: { delivered: 1, failed: [] } });
  });

  it('of a loan that is over changes nothing', () => {
    const scene = new Scene();
    const { receiver } = scene.endpoint('k', { window: 1 });
    scene.sender.notify('k');
    scene.world.run();
    const [loan] = receiver.loans;
    receiver.acknowledge();
    scene.world.run();
    const second = scene.sender.notify('k');
    scene.world.run();
    if (loan === undefined) throw new Error('nothing on loan');
    loan.link.submit.push(packAck(loan.cell, loan.number, ACK_STATUS.ok));
    loan.link.submit.push(packReturn(0, 0));
    loan.link.submit.push(packReturn(77, 0));
    loan.link.submit.publish();
    scene.world.run();
    expect(second.isOpen).toBe(true);
    receiver.acknowledge();
    scene.world.run();
    expect(second.value).toEqual({ delivered: 1 });
  });
});

describe('a message that is cancelled or out of time', () => {
  it('waits for no word of an endpoint that refused it in the same moment', () => {
    const scene = new Scene();
    const isolated = scene.endpoint('k');
    scene.endpoint('k', { window: 1 });
    scene.world.tell({ op: 'isolate', target: isolated.target, isolated: true });
    scene.world.run();
    // Its time is over by when the shard comes to it.
    const send = scene.sender.notify('k', 1, { timeout: 2 });
    scene.world.nowMs += 3;
    scene.world.run();
    expect(send.toError()).toMatchObject({ code: 'ERR_BUS_TIMEOUT' });
    expect(heldByWorld(scene.world)).toEqual({});
  });

  it('tells those that have it on loan, and drops it for those that have not', () => {
    const scene = new Scene();
    const one = scene.endpoint('k', { window: 1 });
    const two = scene.endpoint('k', {}, 2);
    const abort = new AbortController();
    const first = scene.sender.notify('k', 0, { timeout: 5 });
    scene.world.run();
    scene.world.advance(5);
    scene.world.run();
    expect([first.isOpen, one.receiver.loans[0]?.aborted, two.receiver.loans[0]?.aborted]).toEqual([
      false,
      true,
      true,
    ]);
    one.receiver.acknowledge();
    two.receiver.acknowledge();
    scene.world.run();
    const second = scene.sender.notify('k', 1, { signal: abort.signal });
    abort.abort();
    scene.world.run();
    expect(second.isOpen).toBe(false);
    expect(scene.sender.statuses.filter((status) => status !== STATUS.ok)).toEqual([
      STATUS.timeout,
      STATUS.aborted,
    ]);
    expect(heldByWorld(scene.world)).toEqual({});
  });

  it('has ended already: nothing happens', () => {
    const scene = new Scene();
    const { core } = scene.sender;
    core.cancel(core.links[0] as (typeof core.links)[number], 0);
    core.flush();
    scene.world.run();
    expect(scene.sender.completions).toEqual([]);
  });
});
