/**
 * A receiver as the shard sees it: an endpoint, a subscription or a client's sink for failure reports, with the cells
 * it may use here. Its waiting deliveries form a queue in its link's cell pool.
 */
import { mayHold, type TargetSpec } from '../control/commands.ts';
import { get, load, put, store } from '../memory/seam.ts';
import { LOAD_BYTES, LOAD_USED, LOAD_WAITING, LOAD_WORDS } from '../memory/shard-memory.ts';
import { PAY_LEN } from '../memory/slot-header.ts';
import { mix32 } from '../routing/mix.ts';
import { KeyLanes } from './key-lanes.ts';
import type { WaitQueue } from './parking.ts';
import type { ShardLink } from './shard-link.ts';
import type { TargetBreaker } from './target-breaker.ts';
import { TargetDedupe } from './target-dedupe.ts';

const NONE = -1;
const NO_MEMBERS: readonly Target[] = Object.freeze([]);

/** Of a client's cells, what its sink for failure reports keeps at most. */
const SINK_SHARE_MAX = 1 / 2;

/** Where this shard says how much is under way to its endpoints, and where the others say it. */
export interface Loads {
  readonly own: Int32Array;
  readonly others: readonly Int32Array[];
}

export class Target {
  readonly spec: TargetSpec;
  readonly link: ShardLink;
  /** Deliveries on loan and cells in use at most; scaled down when many targets share a client's cells. */
  loanMax: number;
  cellMax: number;
  loans = 0;
  used = 0;
  /** Payload bytes of the deliveries in use; only where they are bounded. */
  bytes = 0;
  /** Messages with a limit to their number that wait in the shard, for this target in the first place. */
  waiting = 0;
  /** Handlers at once, and messages accepted and not settled, in the whole bus. */
  readonly concurrency: number;
  readonly capacity: number;
  /** Deliveries pushed to it so far, and those that wait. */
  lent = 0;
  backlog = 0;
  /** `lent` when its thread was last told. */
  toldKept = 0;
  /** What consistent hashing combines with a key's hash. */
  readonly place: number;
  /** Not a user's: failure reports or dead letters. */
  readonly isSink: boolean;
  /** Takes new messages. */
  active: boolean;
  readonly isPool: boolean;
  /** A pool whose threads cannot be kept alive. */
  failed: boolean;
  /** Of a pool: its threads that are there, as targets of their own. */
  members: readonly Target[] = NO_MEMBERS;
  /** The pool whose member it is, or was. */
  pool: Target | undefined;
  /** Of a pool: since when what waits finds no member free; undefined: nothing waits for one. */
  blockedSinceMs: number | undefined;
  /** Something may be pushed or placed: it stands in the shard's list of such targets. */
  stirred = false;
  /** Queues of messages that wait for room here. */
  readonly waiters: Set<WaitQueue> = new Set();
  /** Those that drop need waiting cells besides the loans, since what is on loan cannot be dropped. */
  readonly cellsWanted: number;
  /** Of an endpoint that is `ordered`; a pool and its members have the same. */
  readonly lanes: KeyLanes | undefined;
  /** Of an endpoint that has one; a pool and its members have the same. */
  readonly breaker: TargetBreaker | undefined;
  /** Of an endpoint with a `dedupeWindow`; a pool and its members have the same. */
  readonly dedupe: TargetDedupe | undefined;
  /** Messages that wait for this very target. */
  ownQueue: WaitQueue | undefined;
  readonly #isDroppable: boolean;
  /** A subscription that blocks or refuses: it may keep events as long as it likes. */
  readonly isHolding: boolean;
  #isClaimed = false;
  #first = NONE;
  #last = NONE;
  /** For endpoints; where there are other shards for subscriptions with a bound too. */
  #loads: Loads | undefined;

  constructor(
    spec: TargetSpec,
    link: ShardLink,
    loads?: Loads,
    { breaker, pool }: { readonly breaker?: TargetBreaker; readonly pool?: Target } = {},
  ) {
    this.spec = spec;
    this.pool = pool;
    this.breaker = pool === undefined ? breaker : pool.breaker;
    this.lanes = pool === undefined && spec.ordered === true ? new KeyLanes() : pool?.lanes;
    this.dedupe = pool === undefined ? dedupeOf(spec) : pool.dedupe;
    this.link = link;
    this.concurrency = spec.concurrency ?? spec.window;
    this.capacity = spec.capacity ?? Number.POSITIVE_INFINITY;
    this.place = mix32(spec.place ?? spec.id + 1);
    this.isSink = spec.kind === 'reports' || spec.kind === 'deadLetters';
    this.isPool = spec.isPool === true;
    this.failed = spec.failed === true;
    this.active = spec.isolated !== true && !this.failed;
    const isShared = spec.bound !== undefined && (loads?.others.length ?? 0) > 0;
    if (loads !== undefined && (spec.kind === 'endpoint' || isShared)) {
      this.#loads = loads;
      this.#publish(loads);
    }
    const { waiting, whenFull, window } = spec;
    this.loanMax = window;
    this.cellsWanted = window + (waiting ?? (whenFull === 'drop-oldest' ? window : 0));
    this.cellMax = this.cellsWanted;
    this.isHolding = mayHold(spec);
    this.#isDroppable = spec.kind === 'subscription' && whenFull.startsWith('drop');
  }

  /** What waits here may wait for another one of its key or id. */
  get hasLanes(): boolean {
    return this.lanes !== undefined || this.dedupe !== undefined;
  }

  /** Something waits for room or to be handed over. */
  get hasWork(): boolean {
    return this.#first !== NONE || this.waiters.size > 0;
  }

  /** Its breaker lets nothing more through now than what waits here already. */
  isBroken(nowMs: number): boolean {
    return this.breaker !== undefined && this.breaker.placesLeft(nowMs) <= this.backlog;
  }

  get hasRoom(): boolean {
    const { cells } = this.link;
    if (cells.free === 0) return false;
    if (this.used < this.cellMax) return true;
    // Of what is dropped for want of cells nothing comes back: it may have more than its share while there is plenty.
    return this.#isDroppable && this.used < this.cellsWanted && cells.free * 2 > cells.count;
  }

  /** Of a sink: whether it has room for so many. */
  hasRoomFor(count: number): boolean {
    return this.link.cells.free >= count && this.used + count <= this.cellMax;
  }

  /** What waits is dropped, or was never accepted, when there is no room: nobody waits for it. */
  get isDroppable(): boolean {
    return this.#isDroppable;
  }

  /** Something waits that may not be lent yet. */
  get isBehind(): boolean {
    return this.#first !== NONE && this.loans >= this.loanMax;
  }

  /**
   * Whether one more event of `bytes` is within the bound, in the whole bus. The room is kept until a delivery is opened
   * or `unclaim`. Of two shards that claim the last room at once none may get it, never both.
   */
  claim(bytes: number): boolean {
    const { bound } = this.spec;
    if (bound === undefined || this.#isClaimed) return true;
    let events = this.used + 1;
    let sum = this.bytes + bytes;
    if (this.#loads !== undefined) {
      const { own, others } = this.#loads;
      const at = this.spec.id * LOAD_WORDS;
      // SYNC claim: pairs with the same stores and loads in the other shards: each says what it would have, then looks.
      store(own, at + LOAD_USED, events);
      store(own, at + LOAD_BYTES, sum);
      for (let i = 0; i < others.length; i++) {
        events += load(others[i] as Int32Array, at + LOAD_USED);
        sum += load(others[i] as Int32Array, at + LOAD_BYTES);
      }
    }
    // One that is larger than the whole bound would wait for ever.
    const isAlone = events === 1 && this.spec.whenFull === 'park';
    this.#isClaimed = events <= bound.events && (sum <= bound.bytes || isAlone);
    if (!this.#isClaimed && this.#loads !== undefined) this.#publish(this.#loads);
    return this.#isClaimed;
  }

  /** What the message in `slot` counts of a bound in bytes. */
  bytesOf(sender: ShardLink, slot: number): number {
    return this.spec.bound === undefined ? 0 : sender.header(slot, PAY_LEN);
  }

  unclaim(): void {
    if (!this.#isClaimed) return;
    this.#isClaimed = false;
    if (this.#loads !== undefined) this.#publish(this.#loads);
  }

  /** One delivery more, or one fewer. */
  addUsed(change: number, bytes = 0): void {
    this.used += change;
    this.bytes += bytes;
    if (change > 0) this.#isClaimed = false;
    if (this.#loads !== undefined) this.#publish(this.#loads);
  }

  addWaiting(change: number): void {
    this.waiting += change;
    if (this.#loads !== undefined) this.#publish(this.#loads);
  }

  /** It is gone here; its number may be another's soon. */
  retire(): void {
    this.active = false;
    // That of a member is the pool's, which goes on.
    if (this.spec.pool === undefined) this.breaker?.retire();
    if (this.#loads === undefined) return;
    const at = this.spec.id * LOAD_WORDS;
    put(this.#loads.own, at + LOAD_USED, 0);
    put(this.#loads.own, at + LOAD_WAITING, 0);
    this.#loads = undefined;
  }

  /** Deliveries under way in the whole bus; of a pool, with those of its members. */
  get inFlight(): number {
    let sum = this.used + this.#ofOthers(LOAD_USED);
    for (let i = 0; i < this.members.length; i++) sum += (this.members[i] as Target).inFlight;
    return sum;
  }

  /** Of these, what this shard has given it. */
  get usedHere(): number {
    let sum = this.used;
    for (let i = 0; i < this.members.length; i++) sum += (this.members[i] as Target).used;
    return sum;
  }

  /** A pool that waits for its threads to be replaced. */
  get isDeserted(): boolean {
    return this.isPool && this.members.length === 0;
  }

  /** All its handlers have something to do. */
  get isBusy(): boolean {
    return this.used >= this.concurrency || this.inFlight >= this.concurrency;
  }

  /** This shard has its share of them, which it may use whatever the others do: at least one handler. */
  get hasShare(): boolean {
    const shards = 1 + (this.#loads?.others.length ?? 0);
    return this.usedHere >= Math.max(1, Math.floor(this.concurrency / shards));
  }

  /** No more may be accepted for it. */
  get isOverLimit(): boolean {
    if (this.capacity === Number.POSITIVE_INFINITY) return false;
    return this.inFlight + this.waiting + this.#ofOthers(LOAD_WAITING) >= this.capacity;
  }

  #ofOthers(word: number): number {
    if (this.#loads === undefined) return 0;
    const { others } = this.#loads;
    const at = this.spec.id * LOAD_WORDS + word;
    let sum = 0;
    for (let i = 0; i < others.length; i++) sum += get(others[i] as Int32Array, at);
    return sum;
  }

  #publish({ own }: Loads): void {
    const at = this.spec.id * LOAD_WORDS;
    put(own, at + LOAD_USED, this.used);
    put(own, at + LOAD_WAITING, this.spec.bound === undefined ? this.waiting : this.bytes);
  }

  /** The oldest waiting cell, −1: none. */
  get firstWaiting(): number {
    return this.#first;
  }

  enqueue(cell: number): void {
    const { after, before } = this.link.cells;
    after[cell] = NONE;
    before[cell] = this.#last;
    this.backlog += 1;
    if (this.#last === NONE) this.#first = cell;
    else after[this.#last] = cell;
    this.#last = cell;
  }

  /** Takes a waiting cell out of the queue, wherever it stands. */
  unqueue(cell: number): void {
    const { after, before } = this.link.cells;
    const next = after[cell] as number;
    const previous = before[cell] as number;
    this.backlog -= 1;
    if (previous === NONE) this.#first = next;
    else after[previous] = next;
    if (next === NONE) this.#last = previous;
    else before[next] = previous;
  }
}

function dedupeOf({ dedupe }: TargetSpec): TargetDedupe | undefined {
  return dedupe === undefined ? undefined : new TargetDedupe(dedupe);
}

/**
 * Shares a client's cells among its targets: all get what they want while it fits, else in proportion, at least one. The
 * sinks for failure reports and dead letters keep their own: a report without a cell would leave a failure without its error.
 * Returns how many all of them may use together.
 */
export function shareCells(targets: Iterable<Target>, cells: number): number {
  const all = [...targets];
  const sinks = all.filter((target) => target.isSink);
  const others = all.filter((target) => !target.isSink);
  const kept = Math.min(sumWanted(sinks), cells * SINK_SHARE_MAX);
  const share = Math.min(1, (cells - kept) / sumWanted(others));
  for (const target of sinks) allot(target, Math.min(Math.floor(kept), target.cellsWanted));
  for (const target of others) allot(target, Math.floor(target.cellsWanted * share));
  return all.reduce((sum, { cellMax }) => sum + cellMax, 0);
}

function allot(target: Target, cells: number): void {
  const { spec, cellsWanted } = target;
  target.cellMax = Math.max(1, Math.min(cells, cellsWanted));
  const loans = Math.floor((target.cellMax * spec.window) / cellsWanted);
  target.loanMax = Math.max(1, Math.min(spec.window, loans));
}

function sumWanted(targets: readonly Target[]): number {
  return targets.reduce((sum, target) => sum + target.cellsWanted, 0);
}
