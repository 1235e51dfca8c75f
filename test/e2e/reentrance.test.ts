/** Code of the caller that runs while a payload is encoded may use the bus itself: neither message disturbs the other. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Message, MessageBus } from '../../src/index.ts';
import { createWatchedBus, expectAtRest } from '../helpers/at-rest.ts';
import { createBus } from '../helpers/real-bus.ts';

type Seen = readonly [key: string, payload: unknown, id: string | undefined, headers: object];

/** What arrived, in its order of arrival by key. */
async function record(bus: MessageBus): Promise<Seen[]> {
  const seen: Seen[] = [];
  const note = ({ routingKey, payload, id, headers }: Message): unknown => {
    seen.push([routingKey, payload, id, headers]);
    return payload;
  };
  await bus.registerEndpoint('e', note);
  await bus.registerRoute('*', 'e');
  await bus.subscribe('*', note);
  return seen;
}

describe.each([1, 2, 4])('with %i shards, a getter of a payload that sends', (shards) => {
  let bus: MessageBus;
  let seen: Seen[];

  beforeAll(async () => {
    bus = await createWatchedBus({ shards });
    seen = await record(bus);
  });
  afterEach(async () => {
    seen.length = 0;
    await expectAtRest(bus);
  });
  afterAll(async () => {
    await bus.close();
  });

  it.each(['publish', 'notify', 'request', 'tryPublish', 'tryNotify'] as const)(
    'by %s leaves the outer message whole',
    async (verb) => {
      const inner: unknown[] = [];
      const payload = {
        before: 'a string that is long enough to be gathered',
        get now() {
          inner.push(
            bus[verb]('inner.key', { deep: [1, 2, 3] }, { id: 'inner', headers: { in: '1' } }),
          );
          return 'got';
        },
        after: [4, 5],
      };
      const options = { id: 'outer', headers: { out: '1', more: 'of them' }, timeout: 20_000 };
      const plain = { before: payload.before, now: 'got', after: [4, 5] };
      expect(await bus.request('outer', payload, options)).toEqual(plain);
      expect(await bus.notify('outer', payload, options)).toEqual({ delivered: 1 });
      expect(await bus.publish('outer', payload, options)).toBe(1);
      await Promise.all(inner);
      await bus.flush();
      await expectAtRest(bus);
      const outer = seen.filter(([key]) => key === 'outer');
      expect(outer).toEqual(Array(3).fill(['outer', plain, 'outer', options.headers]));
      const others = seen.filter(([key]) => key !== 'outer');
      // A getter may run again where the first guess of the size was too small.
      expect(others.length).toBeGreaterThanOrEqual(3);
      expect(others).toEqual(
        others.map(() => ['inner.key', { deep: [1, 2, 3] }, 'inner', { in: '1' }]),
      );
    },
  );

  it('with a reply, too: what a handler returns may send while it is encoded', async () => {
    const events: unknown[] = [];
    const subscription = await bus.subscribe('inner', ({ payload }) => events.push(payload));
    const reply = {
      get sent() {
        bus.tryPublish('inner', 'from the reply');
        return bus.tryNotify('outer.missing', 'nobody');
      },
      text: 'x'.repeat(300),
    };
    const asked = await bus.registerEndpoint('asked', () => reply);
    await bus.registerRoute('ask', 'asked', { priority: 1 });
    expect(await bus.request('ask')).toEqual({ sent: 'accepted', text: 'x'.repeat(300) });
    await bus.flush();
    await expectAtRest(bus);
    expect(events.length).toBeGreaterThan(0);
    expect(new Set(events)).toEqual(new Set(['from the reply']));
    await subscription.unsubscribe();
    await asked.close();
  });
});

describe('a codec that sends while it encodes', () => {
  it.each([
    [
      'json',
      'json',
      (send: () => void) => ({
        toJSON() {
          send();
          return 'outer payload';
        },
      }),
    ],
    [
      'a module',
      new URL('../fixtures/codecs/sending.mjs', import.meta.url).href,
      (send: () => void) => {
        (globalThis as { onEncode?: unknown }).onEncode = (value: unknown) => {
          if (value === 'outer payload') send();
        };
        return 'outer payload';
      },
    ],
  ])('%s', async (_, codec, payloadOf) => {
    const bus = await createBus({ shards: 2, codec });
    const seen = await record(bus);
    const inner: Promise<unknown>[] = [];
    const payload = payloadOf(() => {
      inner.push(bus.request('inner.key', { of: 'the codec' }));
    });
    expect(await bus.request('outer', payload, { id: 'o' })).toBe('outer payload');
    expect(await Promise.all(inner)).toEqual(inner.map(() => ({ of: 'the codec' })));
    expect(inner.length).toBeGreaterThan(0);
    expect(seen.find(([key]) => key === 'outer')).toEqual(['outer', 'outer payload', 'o', {}]);
    (globalThis as { onEncode?: unknown }).onEncode = undefined;
    await bus.close();
  });
});
