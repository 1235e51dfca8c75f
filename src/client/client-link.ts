/** The client's view of one shard: the rings between them and the shard's bell. */
import type { LinkHandle } from '../memory/link-memory.ts';
import { openLink } from '../memory/link-memory.ts';
import { CompleteConsumer } from '../memory/complete-ring.ts';
import { DeliverConsumer } from '../memory/deliver-ring.ts';
import { Bell } from '../memory/doorbell.ts';
import { openShardMemory, SHARD_BELL, SHARD_PARKED, type ShardHandle } from '../memory/shard-memory.ts';
import { get, put } from '../memory/seam.ts';
import { SubmitProducer } from '../memory/submit-ring.ts';
import type { Loan } from './loan.ts';

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

  constructor(link: LinkHandle, shard: ShardHandle) {
    const memory = openLink(link);
    const shardMemory = openShardMemory(shard);
    this.shard = shard.id;
    this.submit = new SubmitProducer(memory);
    this.deliver = new DeliverConsumer(memory);
    this.complete = new CompleteConsumer(memory);
    this.loans = new Array(link.cells).fill(undefined);
    this.#marks = memory.marks;
    this.#bell = new Bell(shardMemory.words, SHARD_PARKED, SHARD_BELL);
    this.#dropped = shardMemory.dropped;
  }

  /** Publishes what was pushed; wakes the shard where it sleeps. */
  flush(): void {
    if (this.submit.pending === 0) return;
    this.submit.publish();
    this.#bell.ringIfParked();
  }

  /** Says that the handler of a loan starts: if this thread dies now, that counts as an attempt. */
  mark(cell: number, loan: number): void {
    put(this.#marks, cell, loan + 1);
  }

  /** Messages that the shard dropped for a subscription, since ever (Int32, wraps). May be stale. */
  droppedFor(target: number): number {
    return get(this.#dropped, target);
  }
}
