import { beforeEach, describe, expect, it } from 'vitest';
import { check } from './checker.ts';
import { type ReceiverLog, type SenderLog, sharedWords } from './shared-words.ts';
import {
  AGAIN,
  DELIVERED_SHIFT,
  GOOD,
  KEYS,
  KINDS,
  OUTCOME_SHIFT,
  RECEIVED,
  RECEIVED_HEAD,
  RECORD_WORDS,
  REFUSED,
  SENT,
  SENT_HEAD,
  TIMES_SHIFT,
  WRITTEN,
  WRONG,
} from './threads/layout.mjs';

const MESSAGES_MAX = 16;
/** Keys of which main's endpoint gets the requests, of which the others do, and of which the pool gets all. */
const MAINS = 0;
const THEIRS = KEYS;
const POOLS = 2 * KEYS;

type Kind = (typeof KINDS)[number];

let sender: SenderLog;
let endpoint: ReceiverLog;
let other: ReceiverLog;
let always: ReceiverLog;
let events: ReceiverLog;
let pool: ReceiverLog;

function receiver(name: string, kind: ReceiverLog['kind'], isAlways = false): ReceiverLog {
  const words = sharedWords(RECEIVED_HEAD + MESSAGES_MAX * RECORD_WORDS);
  return { name, words, kind, isAlways, requestsInOrder: MESSAGES_MAX };
}

beforeEach(() => {
  sender = { sender: 1, words: sharedWords(SENT_HEAD + MESSAGES_MAX), isDead: false };
  endpoint = receiver('an endpoint', 'endpoint');
  other = receiver('another endpoint', 'endpoint');
  always = receiver("main's endpoint", 'endpoint', true);
  events = receiver("main's subscription", 'subscription', true);
  pool = receiver('the pool', 'pool', true);
});

interface Ended {
  readonly outcome?: number;
  readonly times?: number;
  readonly delivered?: number;
}

function sent(
  kind: Kind,
  key: number,
  { delivered = 1, outcome = GOOD, times = 1 }: Ended = {},
): number {
  const n = sender.words[SENT] as number;
  sender.words[SENT_HEAD + n] =
    KINDS.indexOf(kind) |
    (key << 2) |
    (outcome << OUTCOME_SHIFT) |
    (times << TIMES_SHIFT) |
    (delivered << DELIVERED_SHIFT);
  sender.words[SENT] = n + 1;
  return n;
}

function received({ words }: ReceiverLog, n: number, kind: Kind, key: number, again = 0): void {
  const at = RECEIVED_HEAD + (words[RECEIVED] as number) * RECORD_WORDS;
  words.set([1, n, KINDS.indexOf(kind) | (key << 2) | again | WRITTEN], at);
  words[RECEIVED] = (words[RECEIVED] as number) + 1;
}

function verdict() {
  return check([sender], [endpoint, other, always, events, pool]);
}

describe('the checker of chaos', () => {
  it('is content with what a bus promises', () => {
    received(always, sent('request', MAINS), 'request', MAINS);
    received(endpoint, sent('request', THEIRS), 'request', THEIRS);
    const notified = sent('notification', THEIRS, { delivered: 2 });
    received(always, notified, 'notification', THEIRS);
    received(other, notified, 'notification', THEIRS);
    received(events, sent('event', MAINS), 'event', MAINS);
    received(pool, sent('request', POOLS), 'request', POOLS);
    received(pool, sent('notification', POOLS), 'notification', POOLS);
    expect(verdict()).toEqual({
      sent: 6,
      handled: 7,
      duplicates: 0,
      lost: 0,
      refused: 0,
      problems: [],
    });
  });

  it('allows a marked second handling of a request, and counts it', () => {
    const n = sent('request', THEIRS);
    received(endpoint, n, 'request', THEIRS);
    received(other, n, 'request', THEIRS, AGAIN);
    expect(verdict()).toMatchObject({ duplicates: 1, problems: [] });
  });

  it('takes no note of a place in the log that a thread of the pool died before it had filled', () => {
    pool.words[RECEIVED] = 1;
    received(pool, sent('request', POOLS), 'request', POOLS, AGAIN);
    expect(verdict()).toMatchObject({ handled: 1, problems: [] });
  });

  it('allows the last message of a dead sender to be missing in its log, and its calls to be open', () => {
    sender.isDead = true;
    received(always, sent('request', MAINS, { times: 0, outcome: 0 }), 'request', MAINS);
    received(always, 1, 'request', MAINS);
    expect(verdict().problems).toEqual([]);
  });

  it.each<[string, RegExp, () => void]>([
    ['a request that nobody handled', /is lost/, () => sent('request', THEIRS)],
    [
      'a notification that did not come where it must',
      /is lost/,
      () => received(endpoint, sent('notification', THEIRS), 'notification', THEIRS),
    ],
    ['a request that no thread of the pool handled', /is lost/, () => sent('request', POOLS)],
    [
      'a notification of which the pool has only a place in its log',
      /notification 0 of sender 1 \(c\.0\) was accepted and is lost/,
      () => {
        sent('notification', POOLS);
        pool.words[RECEIVED] = 1;
      },
    ],
    [
      'a request that two threads of the pool handled, unmarked',
      /the pool: message 0 of sender 1 came twice, unmarked/,
      () => {
        const n = sent('request', POOLS);
        received(pool, n, 'request', POOLS);
        received(pool, n, 'request', POOLS);
      },
    ],
    [
      'a message that the pool handled again after the next one of its key had begun',
      /the pool: message 0 of sender 1 came after 1/,
      () => {
        const n = sent('request', POOLS);
        received(pool, n, 'request', POOLS);
        received(pool, sent('request', POOLS), 'request', POOLS);
        received(pool, n, 'request', POOLS, AGAIN);
      },
    ],
    ['an event that did not come', /is lost/, () => sent('event', MAINS)],
    [
      'a request handled by two, unmarked',
      /handled 2 times, unmarked/,
      () => {
        const n = sent('request', THEIRS);
        received(endpoint, n, 'request', THEIRS);
        received(other, n, 'request', THEIRS);
      },
    ],
    [
      'an event that came twice',
      /came twice/,
      () => {
        const n = sent('event', MAINS);
        received(events, n, 'event', MAINS);
        received(events, n, 'event', MAINS);
      },
    ],
    [
      'a message that overtook another of its key, of whatever kind',
      /message 0 of sender 1 came after 1/,
      () => {
        const n = sent('request', MAINS);
        received(always, sent('notification', MAINS), 'notification', MAINS);
        received(always, n, 'request', MAINS);
      },
    ],
    [
      'a call that never settled',
      /settled 0 times/,
      () => got(sent('request', MAINS, { times: 0 })),
    ],
    [
      'a call that settled twice',
      /settled 2 times/,
      () => got(sent('request', MAINS, { times: 2 })),
    ],
    [
      'a refusal where somebody always is there',
      /outcome 4/,
      () => sent('request', THEIRS, { outcome: REFUSED }),
    ],
    ['a wrong reply', /outcome 2/, () => got(sent('request', MAINS, { outcome: WRONG }))],
    [
      'a count of receivers that is too high',
      /says 3 delivered, 1 were/,
      () => received(always, sent('notification', MAINS, { delivered: 3 }), 'notification', MAINS),
    ],
    ['a message that nobody sent', /never sent/, () => got(0)],
    [
      'a message under another key',
      /never sent so/,
      () => received(always, sent('request', MAINS), 'request', MAINS + 1),
    ],
  ])('finds %s', (_, problem, scene) => {
    scene();
    expect(verdict().problems.join('\n')).toMatch(problem);
  });

  it('counts requests to a pool that were told that it had no thread', () => {
    sent('request', POOLS, { outcome: REFUSED });
    expect(verdict()).toMatchObject({ refused: 1, lost: 0, problems: [] });
  });

  it('lets requests that were moved by a death come late', () => {
    const n = sent('request', THEIRS);
    received(endpoint, sent('request', THEIRS), 'request', THEIRS);
    received(endpoint, n, 'request', THEIRS);
    expect(verdict().problems).toHaveLength(1);
    endpoint.requestsInOrder = 0;
    expect(verdict().problems).toEqual([]);
  });
});

function got(n: number): void {
  received(always, n, 'request', MAINS);
}
