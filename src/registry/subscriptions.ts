/** The subscriptions of the bus, by target. One target is one subscription. */
import type { SubscriptionSpec } from '../control/commands.ts';
import { BusError } from '../message/errors.ts';
import type { SettledSubscription } from './checks.ts';

export interface SubscriptionEntry {
  /** The subscriber's own name for it. */
  readonly name: string;
  readonly client: number;
  readonly group: string | undefined;
  readonly spec: SubscriptionSpec;
}

export class Subscriptions {
  readonly #limit: number;
  readonly #byTarget = new Map<number, SubscriptionEntry>();
  readonly #groups = new Groups();
  #lastId = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Throws `ERR_BUS_FULL` beyond the limit. */
  add(client: number, target: number, request: SettledSubscription): SubscriptionEntry {
    if (this.#byTarget.size >= this.#limit) {
      throw new BusError(
        'ERR_BUS_FULL',
        `The bus has ${this.#limit} subscriptions, the most that maxSubscriptions allows: '${request.pattern}' was not subscribed.`,
        { details: { limit: this.#limit, option: 'maxSubscriptions' } },
      );
    }
    const id = ++this.#lastId;
    const { group, pattern, match, regex } = request;
    const entry: SubscriptionEntry = {
      name: request.id,
      client,
      group,
      spec: {
        id,
        pattern,
        match,
        target,
        order: id,
        ...(group === undefined ? {} : { group: this.#groups.join(group) }),
        ...(regex === undefined ? {} : { regex }),
      },
    };
    this.#byTarget.set(target, entry);
    return entry;
  }

  at(target: number): SubscriptionEntry | undefined {
    return this.#byTarget.get(target);
  }

  remove(target: number): SubscriptionEntry | undefined {
    const entry = this.#byTarget.get(target);
    this.#byTarget.delete(target);
    if (entry?.group !== undefined) this.#groups.leave(entry.group);
    return entry;
  }

  all(): IterableIterator<SubscriptionEntry> {
    return this.#byTarget.values();
  }
}

/** Numbers of groups by name. They are not used again: what a shard has in care may name one that is gone. */
class Groups {
  readonly #known = new Map<string, { readonly number: number; members: number }>();
  #last = 0;

  join(name: string): number {
    const known = this.#known.get(name) ?? { number: ++this.#last, members: 0 };
    this.#known.set(name, known);
    known.members += 1;
    return known.number;
  }

  leave(name: string): void {
    const known = this.#known.get(name);
    if (known !== undefined && --known.members === 0) this.#known.delete(name);
  }
}
