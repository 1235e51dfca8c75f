/** Cases of peers' test suites about calls and what routes lead them to; each names its source. */
import { describe, expect, it } from 'vitest';
import { createWatchedBus, expectAtRest } from '../helpers/at-rest.ts';
import { failureOf } from '../helpers/failure.ts';
import { until } from '../helpers/gate.ts';

describe.each([1, 2])('routing with %i shards', (shards) => {
  // Behaviour A12: vert.x EB/LocalEventBusTest testReplyToPublish, testReplyToSendWithNoReplyHandler, testFailAfterPublish.
  it('delivers nothing for what a handler returns or throws when nobody asked', async () => {
    const bus = await createWatchedBus({ shards });
    const errors: unknown[] = [];
    bus.on('handlerError', ({ error }) => errors.push(error));
    const replies = await bus.subscribe('said', () => 'a reply');
    const fails = await bus.subscribe('said', () => {
      throw new Error('a failure');
    });
    const told = await bus.registerEndpoint('told', () => 'a reply');
    await bus.registerRoute('told', 'told');
    expect(await bus.publish('said', 1)).toBe(2);
    expect(await bus.notify('told', 1)).toEqual({ delivered: 1 });
    await until(() => errors.length > 0);
    expect(errors).toEqual([new Error('a failure')]);
    expect(await bus.request('told')).toBe('a reply');
    await replies.unsubscribe();
    await fails.unsubscribe();
    await told.close();
    await expectAtRest(bus);
    await bus.close();
  });

  // Behaviour A14: nats.js core/tests/timeout_test.ts "request stack is useful".
  it('shows the caller in the stacks of errors of its own', async () => {
    const bus = await createWatchedBus({ shards });
    const held: (() => void)[] = [];
    const endpoint = await bus.registerEndpoint('slow', async () => {
      await new Promise<void>((resolve) => held.push(resolve));
    });
    await bus.registerRoute('slow', 'slow');
    async function askedHere(key: string): Promise<unknown> {
      return await bus.request(key, 1, { timeout: 30 });
    }
    for (const key of ['slow', 'nowhere']) {
      const { stack } = await failureOf(askedHere(key));
      expect(stack).toContain('askedHere');
      expect(stack).toContain('routing-cases.test');
    }
    for (const release of held) release();
    await endpoint.close();
    await expectAtRest(bus);
    await bus.close();
  });

  // Behaviour C8: nats-server TestSublistRaceOnInsert / OnRemove / OnMatch; here handlers change routes while others ask.
  it('leads no key astray while handlers add and remove routes', async () => {
    const bus = await createWatchedBus({ shards });
    const right = await bus.registerEndpoint('right', async ({ payload }) => {
      const route = await bus.registerRoute(`other.${String(payload)}.*`, 'wrong', { priority: 9 });
      await bus.registerRoute(`key.${String(payload)}?`, 'right', { priority: 3 });
      await route.remove();
      return 'right';
    });
    const wrong = await bus.registerEndpoint('wrong', () => 'wrong');
    await bus.registerRoute('key.*', 'right');
    const asked = Array.from({ length: 60 }, (_, at) => bus.request(`key.${at}`, at));
    expect(new Set(await Promise.all(asked))).toEqual(new Set(['right']));
    expect(await bus.findAllRoutes('other.1.x')).toEqual([]);
    await right.close();
    await wrong.close();
    await expectAtRest(bus);
    await bus.close();
  });
});
