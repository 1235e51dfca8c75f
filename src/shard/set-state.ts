/** What a shard hangs on a balance set: the queue of messages that wait for it, and what it derives from its members. */

import type { BalanceSet, RouteSpec } from '../routing/router.ts';
import { WeightedTurns } from '../routing/weighted-turns.ts';
import type { WaitQueue } from './parking.ts';

export class SetState {
  queue: WaitQueue | undefined;
  readonly #set: BalanceSet;
  readonly #headerName: Uint8Array | undefined;
  /** The members that the turns were made for: the router never changes an array of members. */
  #members: readonly RouteSpec[] | undefined;
  #turns: WeightedTurns | undefined;

  constructor(set: BalanceSet) {
    this.#set = set;
    if (set.hashHeader !== undefined) this.#headerName = Buffer.from(set.hashHeader);
  }

  /** Name of the header that consistent hashing goes by, in bytes. */
  get headerName(): Uint8Array | undefined {
    return this.#headerName;
  }

  get turns(): WeightedTurns {
    const { members } = this.#set;
    if (this.#turns === undefined || this.#members !== members) {
      this.#turns = new WeightedTurns(members.map(({ weight }) => weight));
      this.#members = members;
    }
    return this.#turns;
  }
}

export function stateOf(set: BalanceSet): SetState {
  const state = (set.scratch as SetState | undefined) ?? new SetState(set);
  set.scratch = state;
  return state;
}

/** The queue of messages that wait for the set, if some do. */
export function waitingFor(set: BalanceSet): WaitQueue | undefined {
  const queue = (set.scratch as SetState | undefined)?.queue;
  return queue === undefined || queue.isEmpty ? undefined : queue;
}
