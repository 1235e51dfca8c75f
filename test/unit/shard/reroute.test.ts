import { describe, expect, it } from 'vitest';
import { ACK_STATUS, STATUS } from '../../../src/memory/entries.ts';
import { retryAtOnce } from '../../helpers/retry-policy.ts';
import { heldByWorld } from '../client/at-rest.ts';
import { Scene } from './scene.ts';

describe('a delivery that lost its target', () => {
  it('goes to another endpoint with the request, handed out as if for the first time', () => {
    const scene = new Scene();
    const one = scene.endpoint('k', { window: 1 });
    const two = scene.endpoint(undefined, {}, 2);
    for (const at of [0, 1]) scene.sender.request('k', at);
    scene.world.run();
    scene.world.addRoute('*', two.target);
    scene.world.removeTarget(one.target);
    scene.world.run();
    expect(two.receiver.payloads).toEqual([1]);
    expect(two.receiver.loans[0]).toMatchObject({ attempt: 1, redelivered: false });
    one.receiver.acknowledge(ACK_STATUS.requeue);
    scene.world.run();
    expect(two.receiver.payloads).toEqual([1, 0]);
  });

  it('waits while all others are full, and looks again', () => {
    const scene = new Scene();
    const one = scene.endpoint('k', { window: 1 });
    const two = scene.endpoint('full', { window: 1 }, 2);
    scene.sender.request('full', 'full');
    scene.sender.request('k', 'k');
    scene.world.run();
    scene.world.addRoute('*', two.target);
    scene.world.removeTarget(one.target);
    one.receiver.acknowledge(ACK_STATUS.requeue);
    scene.world.run();
    expect(scene.world.shard().state.backingOff.size).toBe(1);
    expect(scene.world.shard().sleepMs(scene.world.nowMs)).toBeLessThanOrEqual(5);
    two.receiver.reply('done');
    scene.world.run();
    scene.world.advance(5);
    scene.world.run();
    expect(two.receiver.payloads).toEqual(['full', 'k']);
    two.receiver.reply('done');
    scene.world.run();
    expect(heldByWorld(scene.world)).toEqual({});
  });

  it('comes back to its own endpoint when that is the only one, though it is full with it', () => {
    const scene = new Scene();
    const { receiver } = scene.endpoint('k', { window: 1 });
    scene.sender.request('k', 1);
    scene.world.run();
    receiver.acknowledge(ACK_STATUS.requeue);
    scene.world.run();
    expect(receiver.payloads).toEqual([1]);
    scene.world.advance(5);
    scene.world.run();
    expect(receiver.payloads).toEqual([1, 1]);
    receiver.reply('done');
    scene.world.run();
    expect(heldByWorld(scene.world)).toEqual({});
  });

  it('times out while it looks for one', () => {
    const scene = new Scene();
    const { receiver } = scene.endpoint('k', { window: 1 });
    scene.sender.request('k', 1, { timeout: 3 });
    scene.world.run();
    receiver.acknowledge(ACK_STATUS.requeue);
    scene.world.run();
    scene.world.advance(3);
    scene.world.run();
    expect(scene.sender.statuses).toEqual([STATUS.timeout]);
    expect(heldByWorld(scene.world)).toEqual({});
  });

  it('ends a request for which nobody is left', () => {
    const scene = new Scene();
    const { receiver, target } = scene.endpoint('k');
    const send = scene.sender.request('k');
    scene.world.run();
    scene.world.removeTarget(target);
    receiver.acknowledge(ACK_STATUS.requeue);
    scene.world.run();
    expect(send.toError()).toMatchObject({ code: 'ERR_BUS_ENDPOINT_UNAVAILABLE' });
    expect(heldByWorld(scene.world)).toEqual({});
  });

  it('is taken out of a notification, which ends as the others say', () => {
    const scene = new Scene();
    const [one, two] = [scene.endpoint('k'), scene.endpoint('k', {}, 2)];
    const send = scene.sender.notify('k');
    const alone = scene.sender.publish('nobody');
    scene.world.run();
    scene.world.removeTarget(one.target);
    one.receiver.acknowledge(ACK_STATUS.requeue);
    two.receiver.acknowledge();
    scene.world.run();
    expect([send.value, alone.value]).toEqual([{ delivered: 1 }, 0]);
  });

  it('was the last of a notification: there is no route any more', () => {
    const scene = new Scene();
    const { receiver, target } = scene.endpoint('k');
    const send = scene.sender.notify('k');
    scene.world.run();
    scene.world.removeTarget(target);
    receiver.acknowledge(ACK_STATUS.requeue);
    scene.world.run();
    expect(send.toError()).toMatchObject({ code: 'ERR_BUS_NO_ROUTE' });
    expect(heldByWorld(scene.world)).toEqual({});
  });

  it('waits no longer for its next attempt there, however far off that is', () => {
    const scene = new Scene();
    const far = { ...retryAtOnce(5), requestAttempts: 5, initial: 60_000, max: 60_000 };
    const one = scene.endpoint('k', { retry: far });
    const two = scene.endpoint(undefined, {}, 2);
    const notification = scene.sender.notify('k', 'notification');
    const request = scene.sender.request('k', 'request');
    scene.world.run();
    one.receiver.fail();
    one.receiver.fail();
    scene.world.run();
    scene.world.addRoute('*', two.target);
    scene.world.removeTarget(one.target);
    scene.world.run();
    expect(notification.toError()).toMatchObject({ code: 'ERR_BUS_NO_ROUTE' });
    expect(two.receiver.payloads).toEqual(['request']);
    expect(two.receiver.loans[0]).toMatchObject({ attempt: 2, redelivered: true });
    two.receiver.reply('done');
    scene.world.run();
    expect(request.value).toBe('done');
    scene.world.advance(5);
    scene.world.run();
    expect(heldByWorld(scene.world)).toEqual({});
  });
});
