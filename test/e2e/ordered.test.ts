import { describe, expect, it } from 'vitest';
import { codeOf } from '../helpers/failure.ts';
import { sharedBus } from '../helpers/shared-bus.ts';

describe.each([1, 2, 4])('ordered endpoints with %i shards', (shards) => {
  const shared = sharedBus({ shards });

  it('have one message of a key at a time, retries included, while other keys go on', async () => {
    const { bus } = shared;
    const runs: string[] = [];
    const running = new Set<string>();
    let most = 0;
    const handler = async ({
      attempt,
      payload,
      routingKey,
    }: {
      attempt: number;
      payload: unknown;
      routingKey: string;
    }): Promise<void> => {
      expect(running.has(routingKey)).toBe(false);
      running.add(routingKey);
      most = Math.max(most, running.size);
      runs.push(`${routingKey} ${String(payload)}`);
      await new Promise((resolve) => setImmediate(resolve));
      running.delete(routingKey);
      if (attempt === 1 && Number(payload) % 3 === 0) throw new Error('once more');
    };
    const retry = { attempts: 2, initial: 1, jitter: 'none' } as const;
    shared.open(await bus.registerEndpoint('e', handler, { ordered: 'key', retry }));
    await bus.registerRoute('k.*', 'e');
    const keys = ['k.a', 'k.b', 'k.c', 'k.d'];
    const sends = Array.from({ length: 80 }, (_, at) =>
      bus.notify(keys[at % keys.length] as string, Math.floor(at / keys.length)),
    );
    await Promise.all(sends);
    for (const key of keys) {
      const own = runs.filter((run) => run.startsWith(key));
      const expected = Array.from({ length: 20 }, (_, n) =>
        n % 3 === 0 ? [`${key} ${n}`, `${key} ${n}`] : [`${key} ${n}`],
      ).flat();
      expect(own).toEqual(expected);
    }
    expect(most).toBeGreaterThan(1);
  });

  it('go on with the next when one has failed for good', async () => {
    const { bus } = shared;
    const handler = ({ payload }: { payload: unknown }): unknown => {
      if (payload === 'bad') throw new Error('bad');
      return payload;
    };
    shared.open(await bus.registerEndpoint('e', handler, { ordered: 'key' }));
    await bus.registerRoute('k', 'e');
    const [bad, good] = [bus.request('k', 'bad'), bus.request('k', 'good')];
    expect(await codeOf(bad)).toBe('ERR_BUS_HANDLER');
    expect(await good).toBe('good');
  });
});
