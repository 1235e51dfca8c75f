import { describe, expect, it } from 'vitest';
import type { Message } from '../../src/index.ts';
import { createWatchedBus, expectAtRest } from '../helpers/at-rest.ts';
import { gate, until } from '../helpers/gate.ts';
import { workerFile } from '../helpers/real-bus.ts';

interface Numbered {
  readonly from: string;
  readonly number: number;
}

describe.each([1, 2, 4])('order with %i shards', (shards) => {
  it('is that of each sending thread and key over all kinds, and nothing is lost or doubled', async () => {
    const bus = await createWatchedBus({ shards, slots: 512 });
    const ids = ['s1', 's2'];
    for (const id of ids) await bus.startWorker(workerFile('ordered'), { workerData: { id } });
    const starts: string[] = [];
    const last = new Map<string, number>();
    const backwards: string[] = [];
    const note = ({ payload, routingKey }: Message): void => {
      const { from, number } = payload as Numbered;
      const stream = `${from} ${routingKey}`;
      if (number <= (last.get(stream) ?? -1)) backwards.push(`${stream} ${number}`);
      last.set(stream, number);
      starts.push(`${from} ${number}`);
    };
    await bus.registerEndpoint('sink', note);
    await bus.registerRoute('order.*', 'sink');
    const count = 600;
    await Promise.all(ids.map((id) => bus.request(`${id}.send`, count)));
    expect(backwards).toEqual([]);
    expect(starts).toHaveLength(ids.length * count);
    expect(new Set(starts).size).toBe(ids.length * count);
    await expectAtRest(bus);
    await bus.close();
  });

  it('of starts is kept when handlers are slow and more come than may run at once', async () => {
    const bus = await createWatchedBus({ shards, slots: 128 });
    const starts: unknown[] = [];
    let running = 0;
    let most = 0;
    const slow = async ({ payload }: Message): Promise<void> => {
      starts.push(payload);
      running += 1;
      most = Math.max(most, running);
      await new Promise(setImmediate);
      running -= 1;
    };
    await bus.registerEndpoint('sink', slow, { concurrency: 2 });
    await bus.registerRoute('order.x', 'sink');
    for (let i = 0; i < 400; i++) {
      while (bus.tryNotify('order.x', i) !== 'accepted') await bus.writable();
    }
    await bus.flush();
    expect(starts).toEqual(Array.from({ length: 400 }, (_, i) => i));
    expect(most).toBe(2);
    await expectAtRest(bus);
    await bus.close();
  });
});

describe('an endpoint that is closed while in use', () => {
  it('finishes what runs, and what it had not started goes to the other one: nothing is lost', async () => {
    const bus = await createWatchedBus({ shards: 2 });
    const seen: string[] = [];
    const begun = gate();
    const held = gate();
    const leaving = await bus.registerEndpoint(
      'leaving',
      async () => {
        begun.open();
        await held.promise;
        seen.push('leaving');
        return 'leaving';
      },
      { concurrency: 1 },
    );
    await bus.registerEndpoint('staying', () => {
      seen.push('staying');
      return 'staying';
    });
    await bus.registerRoute('work.*', 'leaving', { priority: 1 });
    await bus.registerRoute('work.*', 'staying');
    const calls = Array.from({ length: 200 }, (_, i) => bus.request(`work.${i % 7}`, i));
    await begun.promise;
    const closing = leaving.close();
    expect(leaving.close()).toBe(closing);
    await until(() => seen.length === 199);
    held.open();
    await closing;
    const answers = await Promise.all(calls);
    expect(answers).toHaveLength(200);
    expect(seen).toHaveLength(200);
    expect(answers.filter((answer) => answer === 'leaving')).toHaveLength(1);
    expect((await bus.endpoints.find()).map(({ id }) => id)).toEqual(['staying']);
    await expectAtRest(bus);
    await bus.close();
  });
});
