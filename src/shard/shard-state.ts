/** What the operations of a shard work on. One per incarnation; everything here is derived or registered state. */

import type { ShardExplanation } from '../control/commands.ts';
import type { ControlWords } from '../memory/control-words.ts';
import type { Counters, ShardCounter } from '../memory/counters.ts';
import { Bell } from '../memory/doorbell.ts';
import { get, put } from '../memory/seam.ts';
import {
  LOAD_TRIALS,
  LOAD_WORDS,
  SHARD_BELL,
  SHARD_PARKED,
  type ShardMemory,
} from '../memory/shard-memory.ts';
import { type IndexLimits, Router } from '../routing/router.ts';
import { BackingOff } from './backing-off.ts';
import { BreakerWatch } from './breaker-watch.ts';
import { Fingerprints } from './fingerprints.ts';
import { Handled } from './handled.ts';
import { WaitQueue } from './parking.ts';
import type { ShardLink } from './shard-link.ts';
import type { Loads, Target } from './target.ts';

/** What a shard needs of its surroundings. */
export interface ShardServices {
  /** 0 ≤ value < 1. */
  readonly random: () => number;
  /** Tells main that nothing of a client is in use here any more. */
  readonly forgot: (client: number) => void;
  /** Tells main that the breaker of a target has opened or closed. */
  readonly turned: (target: number) => void;
  /** Answers a question of main. */
  readonly explained: (question: number, answer: ShardExplanation) => void;
}

const UNBOUNDED: IndexLimits = {
  maxRegexRoutes: Number.POSITIVE_INFINITY,
  maxPatternsPerRun: Number.POSITIVE_INFINITY,
  maxRegexSteps: Number.POSITIVE_INFINITY,
  maxWildcards: Number.POSITIVE_INFINITY,
};

export class ShardState {
  readonly memory: ShardMemory;
  readonly control: ControlWords;
  readonly counters: Counters<ShardCounter>;
  /** Without bounds: main has counted before it told, and may have placed the patterns otherwise. */
  readonly router: Router = new Router(UNBOUNDED);
  readonly random: () => number;
  /** Nothing of this client is in use here any more. */
  readonly onForgotten: (client: number) => void;
  readonly onExplained: ShardServices['explained'];
  readonly onTurned: (target: number) => void;
  /** By client id; the id of one that was forgotten may come again. */
  readonly links: (ShardLink | undefined)[] = [];
  /** The same, dense. */
  linkList: ShardLink[] = [];
  /** The other shards of the bus, and what wakes them. */
  readonly others: readonly ShardMemory[];
  readonly bells: readonly Bell[];
  readonly breakers: BreakerWatch = new BreakerWatch();
  /** By target id. */
  readonly targets: (Target | undefined)[];
  readonly loads: Loads;
  readonly fingerprints: Fingerprints = new Fingerprints();
  #handled: Handled | undefined;
  /** Ms since the bus epoch, set once a step; and the same as an Int32, which wraps. */
  clockMs = 0;
  nowMs = 0;
  /** The message that is being placed is new: it may be refused by a queue limit. */
  isTaking = false;
  /** The endpoint whose queue limit refused the last one. */
  refusedBy = 0;
  /** Endpoints that cannot take the notification that is being placed; empty between two. */
  readonly refusals: number[] = [];
  /** The endpoint at which the last attempt failed, while another one is looked for; negative: none. */
  avoided = -1;
  /** The message that is being placed has waited long enough to insist on this shard's share of an endpoint. */
  insists = false;
  /** Queues that wait for what other shards hold: nothing here says when that ends. */
  readonly crowded: Set<WaitQueue> = new Set();
  /** Pools of which the same is true. */
  readonly crowdedPools: Set<Target> = new Set();
  /** A message that was accepted finds nobody else: it may wait for the threads of a pool. */
  awaitsPools = false;

  /** There are, or were, subscriptions that block or refuse: clients are told how much of theirs is in care of those. */
  isHolding = false;

  /** Targets with something to push or room to give. */
  readonly stirred: Target[] = [];
  /** Events whose sender wants the count, and requests whose reply goes elsewhere: link and slot. */
  readonly uncounted: { link: ShardLink; slot: number }[] = [];
  /** While a successor takes over, new messages wait here: earlier ones of their keys may not be where they belong. */
  intakeQueue: WaitQueue | undefined;
  /** A parked message ended; a later one of its key may have waited for it alone. */
  parkedAlone = false;
  /** Loans of settled messages that have not been told. */
  readonly untold: number[] = [];
  /** Where messages go that failed for good; undefined: nowhere. */
  deadLetters: Target | undefined;
  /** Dead letters in BACKOFF that wait for room there, oldest first; true: it keeps its place at its target. */
  readonly letters: Map<number, boolean> = new Map();
  /** Parked messages whose ttl has passed and that wait for room there: client and slot. */
  readonly unposted: Set<number> = new Set();
  /** Deliveries that look for another target again when DUE has passed. */
  readonly backingOff: BackingOff = new BackingOff();
  /** Where messages wait that such a delivery keeps back. */
  readonly keptBack: WaitQueue;

  constructor(
    memory: ShardMemory,
    control: ControlWords,
    counters: Counters<ShardCounter>,
    services: ShardServices,
    others: readonly ShardMemory[] = [],
  ) {
    this.memory = memory;
    this.control = control;
    this.counters = counters;
    this.keptBack = new WaitQueue(this.links);
    this.random = services.random;
    this.onForgotten = services.forgot;
    this.onExplained = services.explained;
    this.onTurned = services.turned;
    this.others = others;
    this.bells = others.map(({ words }) => new Bell(words, SHARD_PARKED, SHARD_BELL));
    // A predecessor's loads are counted again; of targets that left meanwhile nothing is left.
    // Trials hold their places until a successor has counted them.
    for (let at = 0; others.length > 0 && at < memory.loads.length; at++) {
      if (at % LOAD_WORDS !== LOAD_TRIALS) put(memory.loads, at, 0);
    }
    this.loads = { own: memory.loads, others: others.map(({ loads }) => loads) };
    this.targets = new Array<Target | undefined>(memory.targets).fill(undefined);
  }

  /** The link of a client that is known to exist: something of it is in care. */
  link(client: number): ShardLink {
    return this.links[client] as ShardLink;
  }

  /** What endpoints with a `dedupeWindow` have handled; what a predecessor has recorded is read with the first look. */
  get handled(): Handled {
    const { handled, handledIds } = this.memory;
    this.#handled ??= new Handled(handled, handledIds);
    return this.#handled;
  }

  stir(target: Target): void {
    if (target.stirred) return;
    target.stirred = true;
    this.stirred.push(target);
  }

  /** A delivery of `target` has ended or waits elsewhere: there is room for another. */
  stirFreed(target: Target): void {
    if (target.hasWork) this.stir(target);
    if (target.pool?.hasWork === true) this.stir(target.pool);
    const sink = this.deadLetters;
    if (this.awaitsLetters && sink !== undefined && target.link === sink.link) this.stir(sink);
  }

  /** Something waits for room in the dead letters. */
  get awaitsLetters(): boolean {
    return this.letters.size + this.unposted.size > 0;
  }

  /** Something is to be pushed or placed though nothing came. */
  get hasPending(): boolean {
    return this.stirred.length > 0 || this.untold.length > 0 || this.parkedAlone;
  }

  /** Tells the thread of a subscription how much it has had and has to come. */
  noteKept(target: Target): void {
    put(this.memory.kept, target.spec.id, (target.lent + target.backlog) | 0);
    target.toldKept = target.lent;
  }

  /** The target is gone: its number may be used again. */
  forgetKept(target: Target): void {
    put(this.memory.kept, target.spec.id, 0);
  }

  /** An overflow policy dropped a message for `target`. Single writer: this shard. */
  noteDropped(target: Target): void {
    const { dropped } = this.memory;
    put(dropped, target.spec.id, (get(dropped, target.spec.id) + 1) | 0);
    this.counters.counts.dropped += 1;
  }
}
