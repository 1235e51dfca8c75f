/** Workers of the user within each other, five deep, each in the bus with a ticket; one in the middle dies. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import type { MessageBus } from '../../src/index.ts';
import { createWatchedBus, expectAtRest } from '../helpers/at-rest.ts';
import { codeOf, failureOf } from '../helpers/failure.ts';
import { until } from '../helpers/gate.ts';
import { workerFile } from '../helpers/real-bus.ts';

const DEPTH = 5;

async function startChain(bus: MessageBus): Promise<Worker> {
  const tickets = Array.from({ length: DEPTH }, () => bus.createTicket());
  const first = new Worker(workerFile('chained'), {
    workerData: { depth: 1, tickets },
    transferList: tickets.flatMap(({ transferList }) => [...transferList]),
  });
  expect(await once(first, 'message')).toEqual(['whole']);
  return first;
}

const ask = (bus: MessageBus, from: number, to: number): Promise<unknown> =>
  bus.request(`chain.${from}`, { act: 'ask', key: `chain.${to}` });

const endpointsOf = async (bus: MessageBus): Promise<string[]> =>
  (await bus.endpoints.find()).map(({ id }) => id);

describe('a chain of Workers', () => {
  it.each([
    ['exits', 2, { way: 'exit' }],
    ['throws what nobody catches', 3, { way: 'throw' }],
    ['is terminated by the one above it', 1, { way: 'terminateChild' }],
  ])('loses what is below one that %s, and nothing above it', async (_, at, deed) => {
    const bus = await createWatchedBus({ shards: 2 });
    const first = await startChain(bus);
    for (const [from, to] of [
      [1, DEPTH],
      [DEPTH, 1],
      [3, 4],
    ] as const) {
      expect(await ask(bus, from, to)).toBe(`chain.${to}`);
    }
    const dying = deed.way === 'terminateChild' ? at + 1 : at;
    const held = failureOf(bus.request(`chain.${DEPTH}`, { act: 'hold' }));
    void bus.request(`chain.${at}`, deed).catch(() => {});
    const left = Array.from({ length: dying - 1 }, (__, i) => `chain.${i + 1}`);
    await until(async () => (await endpointsOf(bus)).join() === left.join());
    // It was handed out: how it fails says which thread has ended.
    expect(await held).toMatchObject({ cause: { code: 'ERR_BUS_WORKER' } });
    expect((await bus.metrics()).clients).toHaveLength(dying);
    expect(await codeOf(bus.request(`chain.${DEPTH}`))).toBe('ERR_BUS_NO_ROUTE');
    expect(await ask(bus, dying - 1, 1)).toBe('chain.1');
    await expectAtRest(bus);
    const ended = once(first, 'exit');
    await bus.close();
    await first.terminate();
    await ended;
  });
});
