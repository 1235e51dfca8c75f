import { describe, expect, it } from 'vitest';
import { PAGE_BYTES } from '../../../src/memory/heap.ts';
import { retryAtOnce } from '../../helpers/retry-policy.ts';
import { type Placed, Scene } from './scene.ts';

describe('the pump', () => {
  it('lends at most a window, and the next with each loan that comes back', () => {
    const scene = new Scene();
    const { receiver, target } = scene.endpoint('k', { window: 3 });
    for (let at = 0; at < 6; at++) scene.sender.notify('k', at);
    scene.world.run();
    expect([receiver.held, scene.world.shard().state.targets[target]?.loans]).toEqual([3, 3]);
    receiver.acknowledge();
    scene.world.run();
    expect([receiver.held, receiver.payloads]).toEqual([3, [0, 1, 2, 3]]);
  });

  it('tells each holder once that nobody waits any more', () => {
    const scene = new Scene();
    const { receiver } = scene.endpoint('k');
    scene.sender.notify('k', 1, { timeout: 2 });
    scene.world.run();
    let notices = 0;
    const [loan] = receiver.loans;
    if (loan === undefined) throw new Error('nothing on loan');
    loan.abort = () => {
      notices += 1;
    };
    for (let at = 0; at < 3; at++) {
      scene.world.advance(2);
      scene.world.run();
    }
    expect(notices).toBe(1);
  });

  it('gives the room of one target to those that wait for it, oldest client first', () => {
    const scene = new Scene();
    const { receiver } = scene.endpoint('k', { window: 1 });
    const other = scene.world.client(2);
    scene.sender.notify('k', 'a');
    scene.world.run();
    other.notify('k', 'b');
    scene.world.run();
    scene.sender.notify('k', 'c');
    scene.world.run();
    for (let at = 0; at < 3; at++) {
      receiver.acknowledge();
      scene.world.run();
    }
    expect(receiver.payloads).toEqual(['a', 'b', 'c']);
  });

  it('wakes who waits for a cell of a client when another target there gives one back', () => {
    const scene = new Scene({ cells: 8, slots: 64, reportsWindow: 1, heapBytes: 64 * PAGE_BYTES });
    const retry = { ...retryAtOnce(2), initial: 1_000, max: 1_000 };
    const [failing, slow, third] = ['failing', 'slow', 'third'].map((key) =>
      scene.endpoint(key, { window: 6, retry }),
    ) as [Placed, Placed, Placed];
    for (let at = 0; at < 20; at++) scene.sender.notify(at % 2 === 0 ? 'failing' : 'slow', at);
    scene.world.run();
    for (let times = 0; times < 2; times++) {
      while (failing.receiver.held > 0) failing.receiver.fail();
      scene.world.run();
    }
    expect(scene.world.shard().state.links[1]?.cells.free).toBe(0);
    scene.sender.notify('third', 'waits');
    scene.world.run();
    expect(third.receiver.payloads).toEqual([]);
    while (slow.receiver.held > 0) {
      slow.receiver.acknowledge();
      scene.world.run();
    }
    expect(third.receiver.payloads).toEqual(['waits']);
  });
});
