/**
 * Holds the receiving threads' own logs against what the plan says: each message once at each of
 * its receivers, unaltered, in order for its key, and on the thread where that receiver lives.
 * Pure: it knows neither the bus nor its counters.
 */
import type { Expectation } from './expectation.ts';
import type { Faults } from './faults.ts';
import type { PlannedMessage } from './plan.ts';
import { RECEIPT_WORDS } from './receipt-log.ts';
import type { Receiver } from './receivers.ts';
import { AUDIT_KEY } from './tables.ts';

/** The log of one thread, as that thread handed it over. */
export interface ThreadLog {
  readonly worker: number;
  /** What the thread itself says that it is. */
  readonly threadId: number;
  /** What the thread that started it knows it as. */
  readonly startedAs: number;
  /** Receipts that it counted. */
  readonly count: number;
  readonly pages: readonly Uint32Array[];
}

export interface ThreadCounts {
  readonly worker: number;
  readonly threadId: number;
  requests: number;
  events: number;
  notifications: number;
}

export interface ReceiverCounts {
  readonly receiver: Receiver;
  /** What the table says for the replays, and what the logs say; new keys not counted. */
  readonly expected: number;
  replayed: number;
  underNewKeys: number;
  /** Audit notifications that it got because its pattern matches their key too. */
  audits: number;
}

export interface Counts {
  readonly threads: readonly ThreadCounts[];
  readonly receivers: readonly ReceiverCounts[];
  /** Receipts of the messages that each shard routes, by shard. */
  readonly shards: readonly number[];
}

/** Which of how many shards routes a key. */
export interface ShardMap {
  readonly count: number;
  readonly of: (routingKey: string) => number;
}

const ONE_SHARD: ShardMap = { count: 1, of: () => 0 };

/** Adds to `faults` whatever is not as it should be, and gives the counts of the logs. */
export function checkLogs(
  expectation: Expectation,
  logs: readonly ThreadLog[],
  faults: Faults,
  shards: ShardMap = ONE_SHARD,
): Counts {
  const check = new LogCheck(expectation, faults, shards);
  for (const log of logs) check.read(log);
  return check.finish();
}

class LogCheck {
  readonly #expectation: Expectation;
  readonly #faults: Faults;
  /** For each receiver a byte a message: received or not. */
  readonly #received: readonly Uint8Array[];
  readonly #distinctCounts: number[];
  /** For each receiver and key the last number, or −1. */
  readonly #lastNumbers: readonly Int32Array[];
  readonly #threads: ThreadCounts[] = [];
  readonly #shards: ShardMap;
  readonly #shardCounts: number[];
  readonly #counts: readonly ReceiverCounts[];

  constructor(expectation: Expectation, faults: Faults, shards: ShardMap) {
    const { receivers } = expectation.script;
    this.#shards = shards;
    this.#shardCounts = new Array<number>(shards.count).fill(0);
    this.#expectation = expectation;
    this.#faults = faults;
    this.#received = receivers.map(() => new Uint8Array(expectation.messageCount));
    this.#distinctCounts = receivers.map(() => 0);
    this.#lastNumbers = receivers.map(() => new Int32Array(expectation.keyCount).fill(-1));
    this.#counts = receivers.map((receiver) => ({
      receiver,
      expected: receiver.perReplay * expectation.replays,
      replayed: 0,
      underNewKeys: 0,
      audits: 0,
    }));
  }

  read(log: ThreadLog): void {
    const { worker, threadId, startedAs, pages } = log;
    const thread = { worker, threadId, requests: 0, events: 0, notifications: 0 };
    this.#threads.push(thread);
    if (threadId !== startedAs) {
      this.#faults.add(
        'wrong thread',
        () => `worker ${worker} runs on thread ${threadId}, it was started as ${startedAs}`,
      );
    }
    let kept = 0;
    for (const page of pages) {
      kept += page.length / RECEIPT_WORDS;
      for (let word = 0; word + RECEIPT_WORDS <= page.length; word += RECEIPT_WORDS) {
        const [number, checksum, receiver] = [page[word], page[word + 1], page[word + 2]];
        this.#receipt(thread, number as number, checksum as number, receiver as number);
      }
    }
    if (kept !== log.count) {
      this.#faults.add('log full', () => `worker ${worker} counted ${log.count}, kept ${kept}`);
    }
  }

  finish(): Counts {
    for (const { id } of this.#expectation.script.receivers) this.#findMissing(id);
    for (const { receiver, expected, replayed } of this.#counts) {
      if (replayed === expected) continue;
      this.#faults.add(
        'wrong count',
        () => `${nameOf(receiver)} got ${replayed}, the table says ${expected}`,
      );
    }
    return { threads: this.#threads, receivers: this.#counts, shards: this.#shardCounts };
  }

  #receipt(thread: ThreadCounts, number: number, checksum: number, receiverId: number): void {
    const receiver = this.#expectation.script.receivers[receiverId];
    if (receiver === undefined || number >= this.#expectation.messageCount) {
      return this.#faults.add(
        'wrong receiver',
        () => `receiver ${receiverId} logged message ${number}: there is no such message for it`,
      );
    }
    const message = this.#expectation.messageAt(number);
    this.#count(thread, message, receiverId);
    if (receiver.worker !== thread.worker) {
      this.#faults.add(
        'wrong thread',
        () =>
          `${describe(message)} at ${nameOf(receiver)}: handled by worker ${thread.worker} on ` +
          `thread ${thread.threadId}, it lives on worker ${receiver.worker}`,
      );
    }
    if (!this.#expectation.audienceOf(number).includes(receiverId)) {
      return this.#faults.add(
        'wrong receiver',
        () => `${describe(message)} came to ${nameOf(receiver)}, which must not get it`,
      );
    }
    if (checksum !== this.#expectation.checksumOf(number)) {
      this.#faults.add('altered', () => `${describe(message)} at ${nameOf(receiver)}`);
    }
    this.#place(message, receiver);
  }

  /** Once, and behind all earlier ones of its key. */
  #place(message: PlannedMessage, receiver: Receiver): void {
    const { number } = message;
    const received = this.#received[receiver.id] as Uint8Array;
    if (received[number] === 1) {
      return this.#faults.add('doubled', () => `${describe(message)} at ${nameOf(receiver)}`);
    }
    received[number] = 1;
    this.#distinctCounts[receiver.id] = (this.#distinctCounts[receiver.id] ?? 0) + 1;
    const key = this.#expectation.keyOf(number);
    if (key < 0) return;
    const lastNumbers = this.#lastNumbers[receiver.id] as Int32Array;
    const last = lastNumbers[key] as number;
    if (number > last) {
      lastNumbers[key] = number;
      return;
    }
    this.#faults.add(
      'out of order',
      () => `${describe(message)} at ${nameOf(receiver)}: after message ${last} of the same key`,
    );
  }

  #count(thread: ThreadCounts, { kind, isNewKey, routingKey }: PlannedMessage, id: number): void {
    const counts = this.#counts[id] as ReceiverCounts;
    const shard = this.#shards.of(routingKey);
    this.#shardCounts[shard] = (this.#shardCounts[shard] ?? 0) + 1;
    if (kind === 'request') thread.requests += 1;
    else if (kind === 'event') thread.events += 1;
    else thread.notifications += 1;
    if (isNewKey) counts.underNewKeys += 1;
    else if (routingKey === AUDIT_KEY && counts.receiver.pattern !== AUDIT_KEY) counts.audits += 1;
    else counts.replayed += 1;
  }

  #findMissing(receiverId: number): void {
    const expected = this.#expectation.countByReceiver[receiverId] as number;
    let missing = expected - (this.#distinctCounts[receiverId] as number);
    const received = this.#received[receiverId] as Uint8Array;
    const receiver = this.#expectation.script.receivers[receiverId] as Receiver;
    for (let number = 0; missing > 0 && number < received.length; number++) {
      if (received[number] === 1) continue;
      if (!this.#expectation.audienceOf(number).includes(receiverId)) continue;
      missing -= 1;
      const message = this.#expectation.messageAt(number);
      this.#faults.add('missing', () => `${describe(message)} at ${nameOf(receiver)}`);
    }
  }
}

function describe({ number, kind, routingKey }: PlannedMessage): string {
  return `message ${number} (${kind} '${routingKey}')`;
}

function nameOf({ role, pattern }: Receiver): string {
  return `${role === 'endpoint' ? 'route' : 'subscription'} '${pattern}'`;
}
