/** A group of subscriptions, of any patterns: of those that match a key one gets the event. */

export interface SubscriptionGroup {
  readonly number: number;
  /** Whatever the shard hangs on it: whose turn it is, and who waits. */
  scratch: unknown;
}

/** The members of a group that match a key. */
export interface MatchedGroup {
  readonly group: SubscriptionGroup;
  /** Targets, the oldest subscription first. */
  readonly members: readonly number[];
}

/** The groups that have members, by number. */
export class SubscriptionGroups {
  readonly #groups = new Map<number, { readonly group: SubscriptionGroup; members: number }>();

  /** Some subscription is in a group. */
  get isAny(): boolean {
    return this.#groups.size > 0;
  }

  join(number: number): SubscriptionGroup {
    let known = this.#groups.get(number);
    if (known === undefined) {
      known = { group: { number, scratch: undefined }, members: 0 };
      this.#groups.set(number, known);
    }
    known.members += 1;
    return known.group;
  }

  /** Undoes `join`; a group without members is forgotten. */
  leave(number: number): void {
    const known = this.#groups.get(number);
    if (known !== undefined && --known.members === 0) this.#groups.delete(number);
  }
}
