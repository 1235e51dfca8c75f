import { describe, expect, it } from 'vitest';
import { explore } from '../helpers/interleave/explore.ts';
import { runsScale } from '../setup/property-runs.ts';
import type { Send, SlotMistake, SlotScene } from './slot-scene.ts';
import { slotWorld } from './slot-world.ts';

const STATES_MAX = 2_000_000;

const notify: Send = { kind: 'notification', key: 0 };
const request: Send = { kind: 'request', key: 0 };
const event: Send = { kind: 'event', key: 0 };
const endpoint = { client: 1, kind: 'endpoint', key: 0, answer: 'ok' } as const;
const subscription = { ...endpoint, kind: 'subscription' } as const;
const small = { slots: 1, cells: 1 } as const;

const scenes: SlotScene[] = [
  {
    name: 'events for a subscription that drops what is new',
    clients: [[event, event], []],
    targets: [{ ...subscription, whenFull: 'drop-newest' }],
    slots: 2,
    cells: 1,
    batch: 2,
  },
  {
    name: 'events of which one of two subscriptions may refuse the second',
    clients: [[{ ...event, early: true }, event], []],
    targets: [
      { ...subscription, whenFull: 'error' },
      { ...subscription, window: 2 },
    ],
    slots: 2,
    cells: 4,
    batch: 2,
  },
  {
    name: 'two notifications for one cell, the second parked',
    clients: [[notify, notify], []],
    targets: [endpoint],
    slots: 2,
    cells: 1,
    batch: 2,
  },
  {
    ...small,
    name: 'two notifications through one slot',
    clients: [[notify, notify], []],
    targets: [endpoint],
  },
  {
    name: 'a notification that one of two endpoints fails',
    clients: [[notify, notify], []],
    targets: [endpoint, { ...endpoint, answer: 'fail' }],
    slots: 1,
    cells: 2,
  },
  { ...small, name: 'a notification with no route', clients: [[notify], []], targets: [] },
  {
    name: 'to itself',
    clients: [[notify, notify]],
    targets: [{ ...endpoint, client: 0 }],
    slots: 1,
    cells: 1,
  },
  {
    ...small,
    name: 'an event counted early',
    clients: [[{ ...event, early: true }, event], []],
    targets: [subscription],
  },
  {
    name: 'two requests through one slot, at positions that wrap',
    start: 0x7fff_ffff,
    clients: [[request, request], []],
    targets: [{ ...endpoint, answer: 'reply' }],
    ...small,
  },
  {
    name: 'a notification whose time may be over',
    clients: [[{ ...notify, deadline: 10 }], []],
    targets: [endpoint],
    slots: 1,
    cells: 1,
    clock: true,
  },
  {
    name: 'a request that is withdrawn',
    clients: [[{ ...request, cancel: true }], []],
    targets: [{ ...endpoint, answer: 'reply' }],
    ...small,
  },
  {
    ...small,
    name: 'a sender that may die',
    clients: [[notify, notify], []],
    targets: [endpoint],
    mortal: 0,
  },
  {
    ...small,
    name: 'a receiver that may die',
    clients: [[notify, notify], []],
    targets: [endpoint],
    mortal: 1,
  },
  {
    name: 'a requester that may die',
    clients: [[request], []],
    targets: [{ ...endpoint, answer: 'reply' }],
    ...small,
    mortal: 0,
  },
  {
    name: 'a request whose time may be over',
    clients: [[{ ...request, deadline: 10 }], []],
    targets: [{ ...endpoint, answer: 'reply' }],
    slots: 1,
    cells: 1,
    clock: true,
  },
  {
    name: 'three events for a subscription that drops what is new',
    clients: [[event, event, event], []],
    targets: [{ ...subscription, whenFull: 'drop-newest' }],
    slots: 3,
    cells: 1,
    batch: 3,
  },
  {
    name: 'a notification for two endpoints of two clients',
    clients: [[notify], [], []],
    targets: [endpoint, { ...endpoint, client: 2 }],
    ...small,
  },
  {
    name: 'two notifications for one cell, sent one by one',
    clients: [[notify, notify], []],
    targets: [endpoint],
    slots: 2,
    cells: 1,
  },
];

/** Some seconds each: for the long tier. */
const longScenes: SlotScene[] = [
  {
    ...small,
    name: 'a request whose time may be over, and what follows in its slot',
    clients: [[{ ...request, deadline: 10 }, notify], []],
    targets: [{ ...endpoint, answer: 'reply' }],
    clock: true,
  },
  {
    name: 'a parked request whose time may be over',
    clients: [[request, { ...request, deadline: 10 }], []],
    targets: [{ ...endpoint, answer: 'reply' }],
    slots: 2,
    cells: 1,
    clock: true,
    batch: 2,
  },
  {
    name: 'a responder that may die, with a stand-in',
    clients: [[request], [], []],
    targets: [
      { ...endpoint, answer: 'reply' },
      { ...endpoint, client: 2, answer: 'reply' },
    ],
    ...small,
    mortal: 1,
  },
  {
    name: 'two clients that ask each other, a slot kept for replies',
    clients: [[request], [{ ...request, key: 1 }]],
    targets: [
      { ...endpoint, answer: 'reply' },
      { client: 0, kind: 'endpoint', key: 1, answer: 'reply' },
    ],
    slots: 2,
    cells: 1,
    reserve: 1,
  },
  {
    name: 'three notifications through two slots and one cell',
    clients: [[notify, notify, notify], []],
    targets: [endpoint],
    slots: 2,
    cells: 1,
  },
];

describe('the slot protocol, in every interleaving', () => {
  it.each(
    (runsScale > 1 ? [...scenes, ...longScenes] : scenes).map(
      (scene) => [scene.name, scene] as const,
    ),
  )('keeps its promises: %s', (_name, scene) => {
    const result = explore(slotWorld(scene), STATES_MAX);
    expect([result.violation, ...result.schedule]).toEqual([undefined]);
    expect(result.complete).toBe(true);
    expect(result.ends).toBeGreaterThan(0);
  });
});

describe('a mistake in the slot protocol is caught', () => {
  const slow = { ...request, deadline: 10 };
  const replies = { ...endpoint, answer: 'reply' } as const;
  const mistakes: [
    SlotMistake,
    Pick<SlotScene, 'clients' | 'targets'> & Partial<SlotScene>,
    RegExp,
  ][] = [
    [
      'tail published before the header',
      { clients: [[notify], []], targets: [endpoint] },
      /header of another message|status 0, but 0 of 1/,
    ],
    [
      'tail published before the entry',
      { clients: [[{ ...notify, key: 1 }, notify], []], targets: [endpoint], slots: 2 },
      /nobody waits for|two statuses|released before|delivered twice|holds 0|was released/,
    ],
    [
      'slot freed at its status',
      { clients: [[slow, notify], []], targets: [replies], clock: true },
      /while it is being read|two releases|was released|holds/,
    ],
    [
      'status sent with the release',
      { clients: [[slow, notify], []], targets: [replies], clock: true },
      /while it is being read|two releases|was released/,
    ],
    [
      'released at the first acknowledgement',
      { clients: [[notify], []], targets: [endpoint, { ...endpoint, answer: 'fail' }], cells: 2 },
      /status 0, but|while it is being read/,
    ],
  ];

  it.each(mistakes)('%s', (mistake, scene, problem) => {
    const result = explore(slotWorld({ ...small, ...scene, name: mistake, mistake }), STATES_MAX);
    expect(result.violation).toMatch(problem);
    expect(result.schedule.length).toBeGreaterThan(0);
  });
});
