import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { createWatchedBus, expectAtRest } from '../helpers/at-rest.ts';
import { codeOf, failureOf } from '../helpers/failure.ts';
import { until } from '../helpers/gate.ts';
import { connect, workerFile } from '../helpers/real-bus.ts';

/** Only where the worker does not start at all. */
const LONGEST_MS = 20_000;

describe('a bus that has no place for a thread', () => {
  it('leaves its ticket as it was: the same call succeeds when there is one', async () => {
    const bus = await createWatchedBus({ shards: 1, maxClients: 2 });
    const first = await connect(bus.createTicket());
    const ticket = bus.createTicket();
    for (const given of [ticket, ticket, { ...ticket }]) {
      expect(await failureOf(connect(given))).toMatchObject({
        code: 'ERR_BUS_FULL',
        retryable: true,
        details: { option: 'maxClients' },
      });
    }
    await first.close();
    const second = await connect(ticket);
    expect(await codeOf(connect(ticket))).toBe('ERR_BUS_CONFIG');
    await second.registerEndpoint('second', () => 2);
    await bus.registerRoute('k', 'second');
    expect(await bus.request('k')).toBe(2);
    await second.close();
    await expectAtRest(bus);
    await bus.close();
  });

  it('says so to a ticket that was refused, when it has closed or the ticket expires', async () => {
    const bus = await createWatchedBus({ shards: 1, maxClients: 1 });
    const [expiring, left] = [bus.createTicket({ lifetime: 100 }), bus.createTicket()];
    expect(await codeOf(connect(left))).toBe('ERR_BUS_FULL');
    await until(async () => (await codeOf(connect(expiring))) !== 'ERR_BUS_FULL');
    expect(await failureOf(connect(expiring))).toMatchObject({
      code: 'ERR_BUS_CLOSED',
      details: { state: 'expired' },
    });
    await bus.close();
    expect(await failureOf(connect(left))).toMatchObject({
      code: 'ERR_BUS_CLOSED',
      details: { state: 'closed' },
    });
  });

  it('gets back the place of a thread whose connect did not wait for a blocked main thread', async () => {
    const bus = await createWatchedBus({ shards: 1, maxClients: 2 });
    const failed = new Int32Array(new SharedArrayBuffer(4));
    const starting = bus.startWorker(workerFile('impatient'), { workerData: { failed } });
    expect(Atomics.wait(failed, 0, 0, LONGEST_MS)).toBe('ok');
    const worker = await starting;
    expect(await once(worker, 'message')).toEqual(['ERR_BUS_TIMEOUT']);
    // Whether main has read of that attempt before or not: in the end there is a place.
    const codes: string[] = [];
    const other = bus.createTicket();
    await until(async () => {
      const connected = await connect(other).catch(({ code }: { code: string }) => code);
      if (typeof connected === 'string') codes.push(connected);
      else await connected.close();
      return typeof connected !== 'string';
    });
    expect(codes).toEqual(codes.map(() => 'ERR_BUS_FULL'));
    expect((await bus.metrics()).clients).toHaveLength(1);
    worker.postMessage('end');
    await once(worker, 'exit');
    await expectAtRest(bus);
    await bus.close();
  });

  it('takes a thread of startWorker that tries again', async () => {
    const bus = await createWatchedBus({ shards: 1, maxClients: 2 });
    const first = await connect(bus.createTicket());
    const worker = await bus.startWorker(workerFile('refused'));
    await first.close();
    worker.postMessage('again');
    const refused = ['ERR_BUS_FULL', true];
    const [told] = await once(worker, 'message');
    expect(told).toEqual({ codes: [refused, refused], isSame: true });
    expect(await bus.request('late', 1)).toBe(1);
    await expectAtRest(bus);
    await bus.close();
  });
});
