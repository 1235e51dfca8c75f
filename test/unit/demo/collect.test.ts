import { describe, expect, it } from 'vitest';
import type { AskingBus } from '../../../src/demo/collect.ts';
import { collectLogs } from '../../../src/demo/collect.ts';
import type { LogRequest } from '../../../src/demo/endpoint-thread.ts';
import { logKey } from '../../../src/demo/endpoint-thread.ts';
import { ReceiptLog } from '../../../src/demo/receipt-log.ts';

/** Threads that write receipts as time passes; a pause passes it at once. */
function fakeThreads(logs: readonly ReceiptLog[], onPause: (nowMs: number) => void) {
  let nowMs = 0;
  const bus: AskingBus = {
    request: async (key, payload) => {
      const worker = logs.findIndex((_, index) => key === logKey(index));
      const request = payload as LogRequest;
      const log = logs[worker] as ReceiptLog;
      if (request.ask === 'page') return log.page(request.page);
      return { worker, threadId: worker + 10, count: log.count };
    },
  };
  const clock = {
    now: () => nowMs,
    pause: async (durationMs: number) => {
      nowMs += durationMs;
      onPause(nowMs);
    },
  };
  return { bus, clock };
}

describe('collectLogs', () => {
  it('waits until all receipts are there, and gets all pages of all threads', async () => {
    const logs = [new ReceiptLog(), new ReceiptLog()];
    const { bus, clock } = fakeThreads(logs, () => {
      const [first, second] = logs as [ReceiptLog, ReceiptLog];
      for (let n = 0; n < 20_000 && first.count < 70_000; n++) first.append(first.count, 0, 0);
      if (second.count < 3) second.append(second.count, 1, 1);
    });
    const collected = await collectLogs(bus, [10, 99], 70_003, clock);
    expect(collected.map(({ worker }) => worker)).toEqual([0, 1]);
    expect(collected.map(({ count }) => count)).toEqual([70_000, 3]);
    expect(collected.map(({ threadId }) => threadId)).toEqual([10, 11]);
    expect(collected.map(({ startedAs }) => startedAs)).toEqual([10, 99]);
    expect(collected[0]?.pages.map(({ length }) => length / 3)).toEqual([65_536, 70_000 - 65_536]);
  });

  it('does not wait for ever for what is missing', async () => {
    const log = new ReceiptLog();
    log.append(0, 0, 0);
    const { bus, clock } = fakeThreads([log], () => {});
    const [collected] = await collectLogs(bus, [10], 2, clock);
    expect(collected?.count).toBe(1);
  });

  it('waits a little for what comes too often', async () => {
    const log = new ReceiptLog();
    log.append(0, 0, 0);
    const { bus, clock } = fakeThreads([log], () => log.append(0, 0, 0));
    const [collected] = await collectLogs(bus, [10], 1, clock);
    expect(collected?.count).toBe(2);
  });
});
