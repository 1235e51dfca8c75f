import { describe, expect, it } from 'vitest';
import { STATUS } from '../../../src/memory/entries.ts';
import type { BusError } from '../../../src/message/errors.ts';
import { heldByWorld } from '../client/at-rest.ts';
import { Scene } from './scene.ts';

function named(scene: Scene, target: number, id: string, queueLimit: number): void {
  scene.sender.news.push({ named: { target, id, queueLimit } });
}

describe('a notification', () => {
  it('fails at once at an endpoint that is isolated or over its limit; the others get it', () => {
    const scene = new Scene();
    const over = scene.endpoint('k', { concurrency: 1, capacity: 1 });
    const isolated = scene.endpoint('k');
    const good = scene.endpoint('k', {}, 2);
    named(scene, over.target, 'over', 0);
    named(scene, isolated.target, 'isolated', Number.POSITIVE_INFINITY);
    scene.world.addRoute('only', over.target);
    scene.sender.request('only', 'fills');
    scene.world.tell({ op: 'isolate', target: isolated.target, isolated: true });
    const send = scene.sender.notify('k', 'all');
    scene.world.run();
    expect(send.isOpen).toBe(true);
    good.receiver.acknowledge();
    scene.world.run();
    expect(send.toError()).toMatchObject({
      code: 'ERR_BUS_DELIVERY_FAILED',
      details: {
        delivered: 1,
        failed: [
          { endpoint: 'over', error: { code: 'ERR_BUS_FULL', details: { limit: 0 } } },
          { endpoint: 'isolated', error: { code: 'ERR_BUS_ENDPOINT_UNAVAILABLE' } },
        ],
      },
    });
    expect([over, isolated, good].map(({ receiver }) => receiver.payloads)).toEqual([
      ['fills'],
      [],
      ['all'],
    ]);
    over.receiver.reply('done');
    scene.world.run();
    expect(heldByWorld(scene.world)).toEqual({});
  });

  it('that nobody can take fails with all of them', () => {
    const scene = new Scene();
    const { target } = scene.endpoint('k');
    named(scene, target, 'only', Number.POSITIVE_INFINITY);
    scene.world.tell({ op: 'isolate', target, isolated: true });
    const send = scene.sender.notify('k');
    expect(scene.sender.tryNotify('k')).toBe('accepted');
    scene.world.run();
    expect(send.toError()).toMatchObject({
      details: { delivered: 0, failed: [{ endpoint: 'only' }] },
    });
    expect(scene.sender.statuses).toEqual([STATUS.failed, STATUS.failed]);
    expect(heldByWorld(scene.world)).toEqual({});
  });

  it('also reports a handler that failed beside one that was refused', () => {
    const scene = new Scene();
    const refused = scene.endpoint('k');
    const failing = scene.endpoint('k', {}, 2);
    named(scene, refused.target, 'refused', Number.POSITIVE_INFINITY);
    scene.world.tell({ op: 'isolate', target: refused.target, isolated: true });
    const send = scene.sender.notify('k');
    scene.world.run();
    failing.receiver.report('failing', new RangeError('why'));
    scene.world.run();
    const { details } = send.toError() as BusError;
    const failed = details['failed'] as { endpoint: string }[];
    expect(failed.map(({ endpoint }) => endpoint).sort()).toEqual(['failing', 'refused']);
    expect(heldByWorld(scene.world)).toEqual({});
  });

  it('waits for room, counts at its endpoint meanwhile, and is refused by the limit behind others of its key', () => {
    const scene = new Scene();
    const { receiver, target } = scene.endpoint('k', { window: 1, concurrency: 1, capacity: 3 });
    named(scene, target, 'e', 2);
    const sends = Array.from({ length: 5 }, (_, at) => scene.sender.notify('k', at));
    scene.world.run();
    expect(sends.map(({ isOpen }) => isOpen)).toEqual([true, true, true, false, false]);
    expect(sends[4]?.toError()).toMatchObject({
      details: { failed: [{ endpoint: 'e', error: { code: 'ERR_BUS_FULL' } }] },
    });
    while (receiver.held > 0) {
      receiver.acknowledge();
      scene.world.run();
    }
    expect(receiver.payloads).toEqual([0, 1, 2]);
    expect(heldByWorld(scene.world)).toEqual({});
  });
});
