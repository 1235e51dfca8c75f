/**
 * What a subscription that drops finds on its way after its thread was blocked. As long as that is more than the bound
 * allows nothing is handed out: all of it comes first, and the bound acts as if the queue had been filled meanwhile.
 */
import { CAPACITY_BYTES, type ResolvedSubscribeOptions } from '../options.ts';
import type { DropAccount } from './drop-account.ts';
import type { ReceiverParts } from './endpoint.ts';
import type { EventQueue } from './event-queue.ts';
import type { Loan } from './loan.ts';
import type { ShardBacklog } from './shard-backlog.ts';

/** Polls that may leave entries unread while events wait for them: a full ring takes no more. */
const UNDRAINED_MAX = 64;
/** Ms that events wait for older ones that a shard has announced. It sends them at once; only a defect lasts longer. */
const CATCH_UP_MS = 10_000;

export class CatchUp {
  /** What is in the rings of all shards may be more than the bound: it is read before anything is handed out. */
  readonly drainsFirst: boolean;
  readonly #options: ResolvedSubscribeOptions;
  readonly #parts: ReceiverParts;
  readonly #backlog: ShardBacklog;
  readonly #queue: EventQueue;
  readonly #drop: DropAccount;
  readonly #isOldestFirst: boolean;
  /** The poll in which the shards were looked at. */
  #turn = -1;
  #isBehind = false;
  #behindSinceMs = 0;
  #undrained = 0;

  constructor(
    options: ResolvedSubscribeOptions,
    parts: ReceiverParts,
    backlog: ShardBacklog,
    { queue, drop }: { readonly queue: EventQueue; readonly drop: DropAccount },
  ) {
    const { capacity, capacityBytes, overflow } = options;
    this.#options = options;
    this.#parts = parts;
    this.#backlog = backlog;
    this.#queue = queue;
    this.#drop = drop;
    this.#isOldestFirst = overflow === 'drop-oldest';
    this.drainsFirst = capacity < parts.intake.links.length || capacityBytes < CAPACITY_BYTES;
  }

  /** More is on its way than the bound allows. */
  get isBehind(): boolean {
    return this.#isBehind;
  }

  /** Of several shards older events may be still to come. */
  get isMixed(): boolean {
    return this.#isBehind && this.#parts.intake.links.length > 1;
  }

  /** An event has come. */
  noteReceived({ link }: Loan): void {
    if (this.#isBehind || this.#parts.intake.turn !== this.#turn) this.look();
    if (this.#isBehind) this.#backlog.noticeRestart(link.shard);
    this.#backlog.noteReceived(link);
  }

  /** Before it is read: whether the event is too old, whatever else comes. */
  isTooOld(shard: number): boolean {
    const isTooOld = this.#isBehind && this.#backlog.toCome(shard) >= this.#options.capacity;
    return isTooOld && this.#isOldestFirst;
  }

  /** What is on its way, and whether that is more than the bound allows. */
  look(): void {
    this.#turn = this.#parts.intake.turn;
    if (this.#isBehind) {
      if (this.#isOldestFirst) this.#drop.countShards(true);
      return;
    }
    const coming = this.#backlog.look();
    const most = this.#options.capacity - this.#queue.length;
    this.#isBehind = coming > 0 && (this.drainsFirst || coming > most);
    if (this.#isBehind) this.#behindSinceMs = this.#parts.environment.now();
    // Shards dropped what came after all that they have sent, or before the next that they will send.
    if (this.#isOldestFirst) this.#drop.countShards(this.#isBehind);
    else if (coming === 0) this.#drop.countShards(false);
  }

  /** At the end of a poll. False: all that was announced is here, or nothing was, and events may be handed out. */
  mustWait(isDrained: boolean): boolean {
    if (!this.#isBehind) this.look();
    if (!isDrained && ++this.#undrained < UNDRAINED_MAX) return true;
    this.#undrained = 0;
    const isOver =
      !this.#isBehind ||
      this.#backlog.isReached() ||
      this.#parts.environment.now() - this.#behindSinceMs >= CATCH_UP_MS;
    if (!isOver) return true;
    this.#isBehind = false;
    this.#drop.tellOlder(this.#queue.first?.message);
    return false;
  }
}
