/** Scripts of everything that can happen to a bus, and the players that act them out on a one-thread world. */
import fc from 'fast-check';
import type { Balance } from '../../src/control/commands.ts';

export const CLIENTS = 3;
/** The one that may leave. */
export const MORTAL = 2;
const KEYS: readonly string[] = ['a', 'b', 'ab'];
const PATTERNS: readonly string[] = ['a', 'b', 'a*', '*'];
/** Endpoints by number, each at its client; two of them share one. */
export const ENDPOINT_CLIENTS: readonly number[] = [1, 2, 1, 0];
export const SUBSCRIPTIONS = [
  { client: 1, pattern: 'a', whenFull: 'park' },
  { client: 2, pattern: 'a*', whenFull: 'drop-oldest' },
  { client: 1, pattern: 'b', whenFull: 'drop-newest' },
  { client: 0, pattern: '*', whenFull: 'error' },
  { client: 2, pattern: 'b', whenFull: 'park' },
] as const;

const RECEIVERS = ENDPOINT_CLIENTS.length + SUBSCRIPTIONS.length;

export interface Size {
  readonly shards: number;
  readonly slots: number;
  readonly window: number;
  readonly batchSize: number;
  readonly reportsWindow: number;
  readonly startPosition: number;
}

export const sizes: fc.Arbitrary<Size> = fc.record({
  shards: fc.constantFrom(1, 2, 4),
  slots: fc.integer({ min: 2, max: 6 }),
  window: fc.integer({ min: 1, max: 3 }),
  batchSize: fc.constantFrom(1, 2, 100),
  reportsWindow: fc.integer({ min: 1, max: 3 }),
  startPosition: fc.constantFrom(0, 0x7fff_fffb, -5),
});

export type How = 'ok' | 'fail' | 'requeue';

export type Step =
  | {
      readonly op: 'send';
      readonly client: number;
      readonly kind: 'request' | 'notify' | 'publish';
      readonly key: string;
      readonly bytes: number;
      readonly timeout: number | undefined;
      readonly ttl: number | undefined;
    }
  | {
      readonly op: 'trySend';
      readonly client: number;
      readonly kind: 'notify' | 'publish';
      readonly key: string;
    }
  | {
      readonly op: 'answer';
      readonly receiver: number;
      /** Which of its loans, counted round. */
      readonly which: number;
      readonly how: How;
      readonly bytes: number;
    }
  | { readonly op: 'poll' | 'flush'; readonly client: number }
  | { readonly op: 'step'; readonly shard: number }
  | { readonly op: 'abort' | 'removeRoute'; readonly which: number }
  | { readonly op: 'wait'; readonly ms: number }
  | {
      readonly op: 'addRoute';
      readonly pattern: string;
      readonly endpoint: number;
      readonly priority: number;
      readonly balance: Balance;
    }
  | { readonly op: 'close'; readonly endpoint: number; readonly uninstall: boolean }
  | { readonly op: 'detach'; readonly mark: boolean };

const client = fc.nat(CLIENTS - 1);
const endpoint = fc.nat(ENDPOINT_CLIENTS.length - 1);
const pattern = fc.constantFrom(...PATTERNS);

const send = fc.record({
  op: fc.constant('send' as const),
  client,
  kind: fc.constantFrom('request' as const, 'notify' as const, 'publish' as const),
  key: fc.constantFrom(...KEYS),
  bytes: fc.constantFrom(0, 0, 10, 3000, 40_000),
  timeout: fc.option(fc.constantFrom(3, 20), { nil: undefined, freq: 4 }),
  ttl: fc.option(fc.constantFrom(1, 8), { nil: undefined, freq: 6 }),
});

const trySend = fc.record({
  op: fc.constant('trySend' as const),
  client,
  kind: fc.constantFrom('notify' as const, 'publish' as const),
  key: fc.constantFrom(...KEYS),
});

const answer = fc.record({
  op: fc.constant('answer' as const),
  receiver: fc.nat(RECEIVERS - 1),
  which: fc.nat(3),
  how: fc.constantFrom('ok' as const, 'ok' as const, 'fail' as const, 'requeue' as const),
  bytes: fc.constantFrom(0, 10, 3000, 40_000),
});

/** Whatever happens while everybody goes on. */
const calm: fc.WeightedArbitrary<Step>[] = [
  { arbitrary: send, weight: 8 },
  { arbitrary: trySend, weight: 2 },
  { arbitrary: fc.record({ op: fc.constant('poll' as const), client }), weight: 5 },
  { arbitrary: fc.record({ op: fc.constant('flush' as const), client }), weight: 4 },
  {
    arbitrary: fc.record({ op: fc.constant('step' as const), shard: fc.nat(3) }),
    weight: 5,
  },
  { arbitrary: answer, weight: 7 },
  { arbitrary: fc.record({ op: fc.constant('abort' as const), which: fc.nat(5) }), weight: 1 },
  {
    arbitrary: fc.record({ op: fc.constant('wait' as const), ms: fc.constantFrom(1, 5, 30) }),
    weight: 2,
  },
  {
    arbitrary: fc.record({
      op: fc.constant('addRoute' as const),
      pattern,
      endpoint,
      priority: fc.nat(1),
      balance: fc.constantFrom(
        'round-robin' as const,
        'least-in-flight' as const,
        'random' as const,
        'consistent-hash' as const,
      ),
    }),
    weight: 3,
  },
  {
    arbitrary: fc.record({ op: fc.constant('removeRoute' as const), which: fc.nat(5) }),
    weight: 1,
  },
];

/** Things that make a delivery lose its target. */
const storms: fc.WeightedArbitrary<Step>[] = [
  {
    arbitrary: fc.record({ op: fc.constant('close' as const), endpoint, uninstall: fc.boolean() }),
    weight: 1,
  },
  { arbitrary: fc.record({ op: fc.constant('detach' as const), mark: fc.boolean() }), weight: 1 },
];

export const scripts: fc.Arbitrary<Step[]> = fc.array(fc.oneof(...calm, ...storms), {
  maxLength: 120,
  size: 'max',
});
