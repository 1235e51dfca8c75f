/**
 * What is on its way to a subscription and its thread has not read. A thread that was blocked finds the oldest events
 * in its rings, newer ones wait in the shards, and those that it sent itself may not even be routed: the bound of the
 * subscription must act on all of them together.
 */
import type { ClientLink } from './client-link.ts';

export class ShardBacklog {
  readonly #links: readonly ClientLink[];
  readonly #keptBy: (shard: number) => number;
  /** By shard: where its thread began to count; events read since then, and how many there will be when what was seen at the last look has come. */
  readonly #starts: Int32Array;
  readonly #received: Int32Array;
  readonly #goals: Int32Array;
  /** By shard: how far this thread's own messages must be routed, and whether they are. */
  readonly #ownGoals: Int32Array;
  #isOwnRouted = true;

  /** `keptBy`: events that a shard has lent and keeps for it; wraps, and may be too low while nothing waits there. */
  constructor(links: readonly ClientLink[], keptBy: (shard: number) => number) {
    this.#links = links;
    this.#keptBy = keptBy;
    this.#starts = Int32Array.from(links, (link) => link.deliver.startedAt);
    this.#received = new Int32Array(links.length);
    this.#goals = new Int32Array(links.length);
    this.#ownGoals = new Int32Array(links.length);
  }

  /** The entry read last is an event for it. One that the predecessor of the shard's thread pushed does not count. */
  noteReceived({ deliver, shard }: ClientLink): void {
    if (((deliver.position - (this.#starts[shard] as number)) | 0) <= 0) return;
    this.#received[shard] = (this.#received[shard] as number) + 1;
  }

  /** How much is on its way at most; that is the goal. Without anything that waits in a shard or is not routed, 0. */
  look(): number {
    let own = 0;
    for (let shard = 0; shard < this.#links.length; shard++) {
      const link = this.#links[shard] as ClientLink;
      this.#ownGoals[shard] = link.eventsTo;
      own += link.unrouted(link.eventsTo);
    }
    this.#isOwnRouted = own === 0;
    return own + this.#lookAtShards();
  }

  /** To be called before anything is read that a new thread of the shard has sent: counting begins again. */
  noticeRestart(shard: number): void {
    const { startedAt } = (this.#links[shard] as ClientLink).deliver;
    if (startedAt === this.#starts[shard]) return;
    this.#starts[shard] = startedAt;
    this.#received[shard] = 0;
    this.#goals[shard] = 0;
  }

  /** Events of the goal that are still to come from a shard, at least. */
  toCome(shard: number): number {
    return ((this.#goals[shard] as number) - (this.#received[shard] as number)) | 0;
  }

  /** Whether the goal has come. When the thread's own messages are routed, what came of them makes a new one. */
  isReached(): boolean {
    if (!this.#isOwnRouted) {
      for (let shard = 0; shard < this.#links.length; shard++) {
        const link = this.#links[shard] as ClientLink;
        if (link.unrouted(this.#ownGoals[shard] as number) > 0) return false;
      }
      this.#isOwnRouted = true;
      this.#lookAtShards();
      // What is in the rings by now must be read too.
      return false;
    }
    for (let shard = 0; shard < this.#links.length; shard++) {
      if (this.toCome(shard) > 0) return false;
    }
    return true;
  }

  #lookAtShards(): number {
    let sum = 0;
    for (let shard = 0; shard < this.#links.length; shard++) {
      this.noticeRestart(shard);
      const received = this.#received[shard] as number;
      const coming = Math.max(0, (this.#keptBy(shard) - received) | 0);
      this.#goals[shard] = received + coming;
      sum += coming;
    }
    return sum;
  }
}
