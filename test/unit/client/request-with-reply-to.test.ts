import { describe, expect, it } from 'vitest';
import { requestWithReplyTo } from '../../../src/client/request-with-reply-to.ts';
import { CoreWorld } from './core-world.ts';
import { HoldingReceiver } from './holding-receiver.ts';

describe('requestWithReplyTo', () => {
  it('knows endpoints by name until they are closed, and refuses others', async () => {
    const world = new CoreWorld();
    const collector = new HoldingReceiver(world.client(1));
    const target = world.addTarget(collector.client, collector);
    world.addRoute(
      'k',
      world.addEndpoint(world.client(1), 'echo', ({ payload }) => payload),
    );
    const { core, news, sender } = world.client();
    const ask = (): Promise<void> =>
      requestWithReplyTo(core.peers, sender, {
        routingKey: 'k',
        payload: 7,
        options: {},
        replyTo: 'collector',
      });
    await expect(ask()).rejects.toMatchObject({
      code: 'ERR_BUS_ENDPOINT_NOT_FOUND',
      details: { endpoint: 'collector' },
    });
    news.push({ named: { target, id: 'collector', queueLimit: 1 } });
    const asked = ask();
    await world.runAsync();
    expect(await asked).toBeUndefined();
    expect(collector.payloads).toEqual([7]);
    news.push({ closed: target });
    await expect(ask()).rejects.toMatchObject({ code: 'ERR_BUS_ENDPOINT_NOT_FOUND' });
  });
});
