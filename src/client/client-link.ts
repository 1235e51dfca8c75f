/** The client's view of one shard: the rings between them and the shard's bell. */

import { CompleteConsumer } from '../memory/complete-ring.ts';
import { DeliverConsumer } from '../memory/deliver-ring.ts';
import { Bell } from '../memory/doorbell.ts';
import { CELL_DEADLINE, CELL_WORDS } from '../memory/ledger.ts';
import type { LetterReason } from '../memory/letter-word.ts';
import type { LinkHandle } from '../memory/link-memory.ts';
import {
  MARK_AGAIN,
  MARK_WORDS,
  openLink,
  packReject,
  packVerdict,
} from '../memory/link-memory.ts';
import { get, put } from '../memory/seam.ts';
import {
  openShardMemory,
  SHARD_BELL,
  SHARD_PARKED,
  type ShardHandle,
} from '../memory/shard-memory.ts';
import { SubmitProducer } from '../memory/submit-ring.ts';
import type { Loan } from './loan.ts';

/** Full batches of one burst that share a look at the shard's bell. */
const BATCHES_PER_RING = 4;

export class ClientLink {
  readonly shard: number;
  readonly submit: SubmitProducer;
  readonly deliver: DeliverConsumer;
  readonly complete: CompleteConsumer;
  /** By cell: the delivery that this client holds on loan. */
  readonly loans: (Loan | undefined)[];
  readonly #marks: Int32Array;
  readonly #bell: Bell;
  readonly #dropped: Int32Array;
  readonly #cellWords: Int32Array;
  readonly #kept: Int32Array;
  /** Position after the last event that was pushed, and how far the shard has routed as far as is known. */
  #eventsTo: number;
  #routedTo: number;
  /** Batches published since the shard's bell was last looked at. */
  #unrung = 0;
  #isUrgent = false;
  /** A message was published since the last flush: more may follow. */
  #isBurst = false;

  constructor(link: LinkHandle, shard: ShardHandle) {
    const memory = openLink(link);
    const shardMemory = openShardMemory(shard);
    this.shard = shard.id;
    this.submit = new SubmitProducer(memory);
    this.#eventsTo = this.submit.position;
    this.#routedTo = this.#eventsTo;
    this.deliver = new DeliverConsumer(memory);
    this.complete = new CompleteConsumer(memory);
    this.loans = new Array<Loan | undefined>(link.cells).fill(undefined);
    this.#marks = memory.marks;
    this.#bell = new Bell(shardMemory.words, SHARD_PARKED, SHARD_BELL);
    this.#dropped = shardMemory.dropped;
    this.#cellWords = memory.cellWords;
    this.#kept = shardMemory.kept;
  }

  /** Something was pushed that the shard should see soon. */
  hurry(): void {
    this.#isUrgent = true;
  }

  /**
   * Publishes what was pushed, and wakes the shard where it sleeps; but not for returned replies alone: they only free
   * the responder's slot, and the next message takes them along.
   */
  flush(): void {
    this.#isBurst = false;
    if (this.submit.pending > 0) {
      this.submit.publish();
      this.#unrung += 1;
    }
    if (this.#isUrgent) this.#ring();
  }

  /**
   * Publishes the first message of a burst at once: while this thread makes the next ones, the shard wakes up and goes
   * to work. What follows waits for a full batch or the flush. True when it was the first.
   */
  publishFirst(): boolean {
    if (this.#isBurst) return false;
    this.flush();
    this.#isBurst = true;
    return true;
  }

  /** This thread is about to sleep: the shard must see everything now. */
  flushAll(): void {
    this.flush();
    if (this.#unrung > 0) this.#ring();
  }

  /**
   * Publishes a full batch in the middle of a burst. A shard that is faster than the sender would be asleep again at
   * each batch, and each wake costs the sender a system call: several batches share one. The flush that ends the
   * microtask wakes the shard in any case.
   */
  publishBatch(): void {
    this.submit.publish();
    this.#unrung += 1;
    if (this.#unrung >= BATCHES_PER_RING) this.#ring();
  }

  #ring(): void {
    this.#unrung = 0;
    this.#isUrgent = false;
    this.#bell.ringIfParked();
  }

  /** Says that the handler of a loan starts: if this thread dies now, that counts as an attempt. */
  mark(cell: number, loan: number): void {
    put(this.#marks, cell * MARK_WORDS, loan + 1);
  }

  /** Before an acknowledgement that says `failed`: ms until the next attempt; undefined: as the policy says. */
  wish(cell: number, delayMs: number | undefined): void {
    put(this.#marks, cell * MARK_WORDS + MARK_AGAIN, delayMs === undefined ? 0 : delayMs + 1);
  }

  /** Before an acknowledgement that says `reject`: why, where that was not the handler's doing. */
  noteReject(cell: number, loan: number, reason: LetterReason): void {
    put(this.#marks, cell * MARK_WORDS + MARK_AGAIN, packReject(loan, reason));
  }

  /** Before an answer of an endpoint that is no success: one of VERDICT, what it says about the endpoint. */
  judge(cell: number, verdict: number): void {
    put(this.#marks, cell * MARK_WORDS + MARK_AGAIN, packVerdict(verdict));
  }

  /** The deadline that the route of the request in `cell` sets; only of a loan whose entry says so. */
  deadlineOf(cell: number): number {
    return get(this.#cellWords, cell * CELL_WORDS + CELL_DEADLINE);
  }

  /** The last entry pushed was an event. */
  noteEvent(): void {
    this.#eventsTo = this.submit.position;
  }

  get eventsTo(): number {
    return this.#eventsTo;
  }

  /** Entries up to `position` are routed. Only for a client with subscriptions that drop. */
  unrouted(position: number): number {
    const left = (position - this.#routedTo) | 0;
    if (left <= 0) return 0;
    this.#routedTo = this.submit.routed;
    return Math.max(0, (position - this.#routedTo) | 0);
  }

  /** Messages that the shard dropped for a subscription, since ever (Int32, wraps). May be stale. */
  droppedFor(target: number): number {
    return get(this.#dropped, target);
  }

  /** Events that the shard has lent for a subscription and those that wait there; too low while none waits. */
  keptFor(target: number): number {
    return get(this.#kept, target);
  }
}
