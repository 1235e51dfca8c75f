/**
 * What main tells a shard, over the shard worker's port. Commands carry a number; the shard stores the number of the
 * last one in force in its APPLIED word and rings main, so that "awaited" can mean "in force in every shard".
 * Control only: messages never travel here.
 */
import type { ClientHandle } from '../memory/client-memory.ts';
import type { ControlHandle } from '../memory/control-words.ts';
import type { LinkHandle } from '../memory/link-memory.ts';
import type { ShardHandle } from '../memory/shard-memory.ts';
import type { RegexProgram } from '../routing/regex-program.ts';

export type Matching = 'exact' | 'glob' | 'regex';

export type Balance = 'round-robin' | 'least-in-flight' | 'random' | 'weighted' | 'consistent-hash';

export const BALANCES: readonly Balance[] = [
  'round-robin',
  'least-in-flight',
  'random',
  'weighted',
  'consistent-hash',
];

/** What a shard does with a message for a target that has no room. */
export type FullPolicy = 'park' | 'drop-oldest' | 'drop-newest' | 'error';

/** When a failed attempt is repeated, ms. Delays stay below 2^31 ms whatever the factor. */
export interface RetrySpec {
  /** All runs of a notification or an acknowledged event, and of a request; 1 to 255. */
  readonly attempts: number;
  readonly requestAttempts: number;
  /** Before the second run; each further delay is `factor` times the one before, `max` at most. */
  readonly initial: number;
  readonly factor: number;
  readonly max: number;
  /** `'full'`: each delay is drawn between 0 and its value. */
  readonly jitter: 'full' | 'none';
}

/** When an endpoint's breaker opens, for how long, and how many attempts at once try whether it may close. */
export interface BreakerSpec {
  /** Failures in a row; absent: a rate. */
  readonly consecutiveFailures?: number;
  /** Share of failures among at least `minimumVolume` attempts within `windowMs`. */
  readonly failureRate?: number;
  readonly minimumVolume?: number;
  readonly windowMs?: number;
  readonly openForMs: number;
  readonly probes: number;
}

/** An endpoint handles no message id of a key twice within so many ms. */
export interface DedupeSpec {
  readonly windowMs: number;
  /** Secret; the same for an endpoint of the same id whenever it is registered. 4 words. */
  readonly seed: readonly number[];
}

/** An endpoint, a subscription, a client's sink for failure reports, or the dead letters, as a shard knows it. */
export interface TargetSpec {
  /** 0 … targets − 1; unique while the target lives. */
  readonly id: number;
  readonly kind: 'endpoint' | 'subscription' | 'reports' | 'deadLetters';
  /** Owning client. */
  readonly client: number;
  /** Loans and waiting deliveries that one shard may keep for it, ≥ 1. */
  readonly window: number;
  readonly whenFull: FullPolicy;
  /** Endpoints: handlers at once in the whole bus. Absent: `window`. */
  readonly concurrency?: number;
  /** Endpoints with a `queueLimit`: messages accepted and not settled in the whole bus. */
  readonly capacity?: number;
  /** Endpoints: what consistent hashing knows it by, a hash of its id; the same when it comes again. Absent: its number. */
  readonly place?: number;
  /** Takes no new messages. */
  readonly isolated?: boolean;
  /** A pool: what is for it moves to its members, which are targets of the pool's threads, and is handed over there. */
  readonly isPool?: boolean;
  /** A pool whose threads cannot be kept alive. */
  readonly failed?: boolean;
  /** Target of the pool that this one is a member of. */
  readonly pool?: number;
  /** Deliveries that may wait in one shard beyond those on loan; absent: none, or `window` for `drop-oldest`. */
  readonly waiting?: number;
  /** Absent: a failure is final. */
  readonly retry?: RetrySpec;
  /** Deaths of the handling thread after which a message is given up. Absent: 3. */
  readonly maxDeaths?: number;
  /** Endpoints: the next message of a key waits until the one before it is settled. Absent: false. */
  readonly ordered?: boolean;
  /** Endpoints: absent: true. False: a message whose handler's thread died is given up. */
  readonly redeliver?: boolean;
  /** Of endpoints. Absent: none. */
  readonly breaker?: BreakerSpec;
  /** Of endpoints. Absent: none. */
  readonly dedupe?: DedupeSpec;
  /** Subscriptions that keep their loans: events that all shards together keep for it, and their bytes. */
  readonly bound?: { readonly events: number; readonly bytes: number };
  /** Number of the group that a subscription is a member of, > 0. */
  readonly group?: number;
}

/** A subscription that blocks or refuses: it may keep events for as long as it likes. */
export function mayHold({ kind, whenFull }: Pick<TargetSpec, 'kind' | 'whenFull'>): boolean {
  return kind === 'subscription' && (whenFull === 'park' || whenFull === 'error');
}

export interface RouteSpec {
  readonly id: number;
  readonly pattern: string;
  readonly match: Matching;
  readonly priority: number;
  readonly target: number;
  readonly balance: Balance;
  /** Registration number in the whole bus; the lower wins a tie. */
  readonly order: number;
  readonly weight: number;
  /** Index of the balance set's shared round-robin word; the same for all members of a set. */
  readonly cursor: number;
  /** Header whose value consistent hashing goes by; the same for all members of a set. */
  readonly hashHeader?: string;
  /** Of requests through it that bring none of their own, ms. */
  readonly timeoutMs?: number;
  /** Full, the set passes messages on; absent: false. The same for all members of a set. */
  readonly spill?: boolean;
  /** Unhealthy, the set passes messages on; absent: true. The same for all members of a set. */
  readonly failover?: boolean;
  /** Of a regex, and only of one. */
  readonly regex?: RegexProgram | undefined;
}

export interface SubscriptionSpec {
  readonly id: number;
  readonly pattern: string;
  readonly match: Matching;
  readonly target: number;
  readonly order: number;
  /** Number of the group that it is a member of, > 0. */
  readonly group?: number;
  /** Of a regex, and only of one. */
  readonly regex?: RegexProgram | undefined;
}

export interface Attachment {
  readonly client: ClientHandle;
  readonly link: LinkHandle;
  /** The client's sink for failure reports. */
  readonly reports: TargetSpec;
}

/** All that main has told a shard and that still holds: what a successor starts from. */
export interface ShardSnapshot {
  /** In order of attachment; those that have left and of whom something may be in use here, too. */
  readonly clients: readonly Attachment[];
  readonly departed: readonly number[];
  /** What was registered at those that have left: deliveries to them may still be decided here. */
  readonly departedTargets: readonly TargetSpec[];
  readonly targets: readonly TargetSpec[];
  readonly routes: readonly RouteSpec[];
  readonly subscriptions: readonly SubscriptionSpec[];
}

export type ShardCommand =
  | ({ readonly op: 'attach' } & Attachment)
  /**
   * The first command of a successor: it goes on where its predecessor died. `skipsEntry`: the message that the
   * predecessor had in hand has killed its shard too often, and fails without being routed.
   */
  | { readonly op: 'takeOver'; readonly state: ShardSnapshot; readonly skipsEntry: boolean }
  /** The client has left or died: its submit ring is final. */
  | { readonly op: 'detach'; readonly client: number }
  | { readonly op: 'addTarget'; readonly target: TargetSpec }
  | { readonly op: 'removeTarget'; readonly target: number }
  /** It takes no new messages, or takes them again. */
  | { readonly op: 'isolate'; readonly target: number; readonly isolated: boolean }
  /** Globs of an `addRoutes` that follows: what can be prepared for them is. It changes nothing, and may be left out. */
  | { readonly op: 'expectGlobs'; readonly patterns: readonly string[] }
  /** A pool will have no threads any more: what waits for one is given up. */
  | { readonly op: 'failPool'; readonly target: number }
  | { readonly op: 'addRoutes'; readonly routes: readonly RouteSpec[] }
  | { readonly op: 'removeRoutes'; readonly routes: readonly number[] }
  | { readonly op: 'addSubscription'; readonly subscription: SubscriptionSpec }
  | { readonly op: 'removeSubscription'; readonly subscription: number }
  /** Answered by a notice, and changes nothing. */
  | { readonly op: 'explain'; readonly question: number; readonly query: ExplainQuery }
  | { readonly op: 'close' };

/** What a shard is asked about a key of its own. */
export interface ExplainQuery {
  readonly client: number;
  readonly key: string;
  /** Its `hashKey`. */
  readonly hash: number;
  /** The key as that client has interned it; undefined: it has not. */
  readonly interned: { readonly id: number; readonly epoch: number } | undefined;
}

/** Why a route is not eligible. */
export type Ineligible = 'isolated' | 'broken' | 'full' | 'gone';

/** What a key leads to, by the numbers that the shard knows. */
export interface ShardExplanation {
  /** Of the shard's route table: another number after each change of it. */
  readonly generation: number;
  /** The shard has the answer for that client's key at hand. */
  readonly cached: boolean;
  /** In the order of choice. */
  readonly routes: readonly {
    readonly pattern: string;
    readonly match: Matching;
    readonly priority: number;
    readonly target: number;
    readonly order: number;
    readonly reason: Ineligible | undefined;
  }[];
  /** Target that a request would be handed to now. */
  readonly request: number | undefined;
  readonly notification: readonly number[];
  /** Of a group all members: an event goes to one of them. */
  readonly subscriptions: readonly number[];
}

/** What a shard tells main over its port. */
export type ShardNotice =
  | { readonly ready: true }
  /** Nothing of this client is in use in the shard any more: its memory may go when all shards say so. */
  | { readonly forgot: number }
  /** The breaker of this target has opened or closed. */
  | { readonly turned: number }
  /** The answer to an `explain`. */
  | { readonly question: number; readonly answer: ShardExplanation };

export interface NumberedCommand {
  /** 1, 2, 3 … per shard incarnation. */
  readonly seq: number;
  readonly command: ShardCommand;
}

/** `workerData` of a shard worker. */
export interface ShardBoot {
  readonly shard: ShardHandle;
  readonly control: ControlHandle;
  /** All shards of the bus, this one too: their loads are summed. */
  readonly shards: readonly ShardHandle[];
  /** When the bus clock was 0, for `busClock`. */
  readonly originMs: number;
  /** Whether a core is left for it to spin on before it parks. */
  readonly spin: boolean;
}

/** `workerData` of a shard worker that stands by. Commands of the shard that it is summoned to come by its port. */
export type StandbyBoot = Omit<ShardBoot, 'shard'> & {
  /** Written by main when a shard's thread has ended: which one it is to serve. */
  readonly summons: Int32Array;
};
