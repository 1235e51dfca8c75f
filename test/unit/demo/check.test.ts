import { beforeEach, describe, expect, it } from 'vitest';
import { Catalogue } from '../../../src/demo/catalogue.ts';
import type { Counts, ThreadLog } from '../../../src/demo/check.ts';
import { checkLogs } from '../../../src/demo/check.ts';
import { Expectation } from '../../../src/demo/expectation.ts';
import type { Fault } from '../../../src/demo/faults.ts';
import { Faults } from '../../../src/demo/faults.ts';
import { Plan } from '../../../src/demo/plan.ts';
import { RECEIPT_WORDS } from '../../../src/demo/receipt-log.ts';
import { Audience, placeReceivers } from '../../../src/demo/receivers.ts';
import { loadDeliveries } from '../../../src/demo/webhooks/load.ts';

type Receipt = [messageNumber: number, checksum: number, receiver: number];

const WORKERS = 2;
const REPLAYS = 3;
const THREAD_IDS = [7, 9];

const catalogue = new Catalogue(loadDeliveries());
const receivers = placeReceivers(WORKERS);
const script = {
  catalogue,
  receivers,
  plan: new Plan(catalogue.keys),
  audience: new Audience(catalogue.keys),
};
const expectation = new Expectation(script, REPLAYS);

/** What each thread's log holds when nothing went wrong. */
function faultlessReceipts(): Receipt[][] {
  const receipts: Receipt[][] = Array.from({ length: WORKERS }, () => []);
  for (let number = 0; number < expectation.messageCount; number++) {
    for (const id of expectation.audienceOf(number)) {
      const worker = receivers[id]?.worker ?? 0;
      receipts[worker]?.push([number, expectation.checksumOf(number), id]);
    }
  }
  return receipts;
}

function logsOf(receipts: readonly (readonly Receipt[])[]): ThreadLog[] {
  return receipts.map((ofThread, worker) => ({
    worker,
    threadId: THREAD_IDS[worker] ?? 0,
    startedAs: THREAD_IDS[worker] ?? 0,
    count: ofThread.length,
    pages: [Uint32Array.from(ofThread.flat())],
  }));
}

function check(logs: readonly ThreadLog[]): { counts: Counts; faults: Fault[] } {
  const faults = new Faults();
  const counts = checkLogs(expectation, logs, faults);
  return { counts, faults: faults.list() };
}

/** The words of the faults with how often each was found. */
function faultsOf(receipts: readonly (readonly Receipt[])[]): Record<string, number> {
  return Object.fromEntries(check(logsOf(receipts)).faults.map(({ word, count }) => [word, count]));
}

describe('checkLogs', () => {
  let receipts: Receipt[][];
  let first: Receipt[];
  let second: Receipt[];
  beforeEach(() => {
    receipts = faultlessReceipts();
    [first, second] = receipts as [Receipt[], Receipt[]];
  });

  /** The index in the first thread's log of a message that a table counts, under a shared key. */
  function ofSharedKey(from = 0): number {
    return first.findIndex(
      ([number], index) =>
        index >= from &&
        expectation.keyOf(number) >= 0 &&
        script.plan.at(number).kind !== 'notification',
    );
  }

  /** The next receipt of the same receiver and key. */
  function nextOfSameKey(index: number): number {
    const [number, , receiver] = first[index] as Receipt;
    return first.findIndex(
      ([otherNumber, , otherReceiver], other) =>
        other > index &&
        otherReceiver === receiver &&
        expectation.keyOf(otherNumber) === expectation.keyOf(number),
    );
  }

  it('finds nothing in faultless logs, and counts them by the tables', () => {
    const { counts, faults } = check(logsOf(receipts));
    expect(faults).toEqual([]);
    for (const { expected, receiver, replayed } of counts.receivers) {
      expect(expected).toBe(receiver.perReplay * REPLAYS);
      expect(replayed).toBe(expected);
    }
    expect(counts.receivers[0]?.audits).toBe(329 * REPLAYS);
    expect(counts.threads.map(({ threadId }) => threadId)).toEqual(THREAD_IDS);
    const total = counts.threads.reduce(
      (sum, { events, notifications, requests }) => sum + events + notifications + requests,
      0,
    );
    expect(total).toBe(first.length + second.length);
  });

  it('takes a log in pages as it takes it whole', () => {
    const logs = logsOf(receipts).map((log) => {
      const whole = log.pages[0] as Uint32Array;
      const cut = 1000 * RECEIPT_WORDS;
      return { ...log, pages: [whole.slice(0, cut), whole.slice(cut)] };
    });
    expect(check(logs).faults).toEqual([]);
  });

  it('catches one missing message, and names it', () => {
    const [lost] = first.splice(ofSharedKey(500), 1) as [Receipt];
    const { faults } = check(logsOf(receipts));
    expect(faults.map(({ word }) => word)).toEqual(['missing', 'wrong count']);
    expect(faults[0]?.examples[0]).toContain(`message ${lost[0]} `);
  });

  it('catches a missing message under a new key, which no table counts', () => {
    const index = first.findIndex(([number]) => expectation.keyOf(number) < 0);
    first.splice(index, 1);
    expect(faultsOf(receipts)).toEqual({ missing: 1 });
  });

  it('catches a message that one of two receivers did not get', () => {
    const index = first.findIndex(([number]) => expectation.audienceOf(number).length === 2);
    first.splice(index, 1);
    expect(faultsOf(receipts)['missing']).toBe(1);
  });

  it('catches a log that is empty as that many missing messages', () => {
    expect(faultsOf([first, []])['missing']).toBe(second.length);
  });

  it('catches a doubled message', () => {
    const index = ofSharedKey(500);
    first.splice(index, 0, first[index] as Receipt);
    expect(faultsOf(receipts)).toEqual({ doubled: 1, 'wrong count': 1 });
  });

  it('catches a doubled message that came much later', () => {
    first.push(first[ofSharedKey()] as Receipt);
    expect(faultsOf(receipts)).toEqual({ doubled: 1, 'wrong count': 1 });
  });

  it('is not misled by one missing and one doubled message that make the counts right', () => {
    const lost = ofSharedKey(500);
    const twice = nextOfSameKey(lost);
    first.splice(lost, 1, first[twice] as Receipt);
    expect(faultsOf(receipts)).toEqual({ doubled: 1, missing: 1 });
  });

  it('catches one altered bit', () => {
    const receipt = first[ofSharedKey(500)] as Receipt;
    receipt[1] = (receipt[1] ^ 1) >>> 0;
    expect(faultsOf(receipts)).toEqual({ altered: 1 });
  });

  it('catches two messages of one key that changed places', () => {
    const earlier = ofSharedKey(500);
    const later = nextOfSameKey(earlier);
    [first[earlier], first[later]] = [first[later] as Receipt, first[earlier] as Receipt];
    expect(faultsOf(receipts)).toEqual({ 'out of order': 1 });
  });

  it('allows messages of different keys to change places', () => {
    const earlier = first.findIndex(
      ([number], index) =>
        number > 100 &&
        expectation.keyOf(number) >= 0 &&
        expectation.keyOf((first[index + 1] as Receipt)[0]) !== expectation.keyOf(number),
    );
    [first[earlier], first[earlier + 1]] = [
      first[earlier + 1] as Receipt,
      first[earlier] as Receipt,
    ];
    expect(faultsOf(receipts)).toEqual({});
  });

  it('catches a message that was handled on another thread than its receiver lives on', () => {
    const index = first.findIndex(([number]) => expectation.keyOf(number) < 0);
    second.push(...first.splice(index, 1));
    expect(faultsOf(receipts)).toEqual({ 'wrong thread': 1 });
  });

  it('catches a thread that is not the one that was started', () => {
    const logs = logsOf(receipts).map((log) => ({ ...log, threadId: 0 }));
    expect(check(logs).faults.map(({ count, word }) => [word, count])).toEqual([
      ['wrong thread', 2],
    ]);
  });

  it('catches a request that took another route', () => {
    const index = first.findIndex(([number]) => script.plan.at(number).kind === 'request');
    const receipt = first[index] as Receipt;
    const elsewhere = receivers.find(
      ({ id, role, worker }) => role === 'endpoint' && worker === 0 && id !== receipt[2],
    );
    receipt[2] = elsewhere?.id ?? -1;
    const words = faultsOf(receipts);
    expect(words['wrong receiver']).toBe(1);
    expect(words['missing']).toBe(1);
  });

  it('catches numbers that no message has', () => {
    first.push([expectation.messageCount, 0, 0], [0xffff_ffff, 0, 0], [0, 0, 1_000]);
    expect(faultsOf(receipts)).toEqual({ 'wrong receiver': 3 });
  });

  it('catches a log that kept less than it counted', () => {
    const logs = logsOf(receipts).map((log) => ({ ...log, count: log.count + 1 }));
    expect(check(logs).faults.map(({ count, word }) => [word, count])).toEqual([['log full', 2]]);
  });

  it('counts the receipts of each shard by the keys of the messages', () => {
    const logs = logsOf(receipts);
    const shards = { count: 2, of: (key: string) => (key === 'push' ? 1 : 0) };
    const counts = checkLogs(expectation, logs, new Faults(), shards);
    const all = logs.reduce((sum, { count }) => sum + count, 0);
    expect(counts.shards[1]).toBeGreaterThan(0);
    expect((counts.shards[0] as number) + (counts.shards[1] as number)).toBe(all);
  });
});
