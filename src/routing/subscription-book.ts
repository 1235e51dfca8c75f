/** Subscriptions by id, hung on the nodes of their patterns. */
import { BusError } from '../message/errors.ts';
import type { Columns } from './columns.ts';
import type { HungSubscription, SubscriptionSpec } from './pattern-node.ts';
import type { PatternTable } from './pattern-table.ts';
import type { SubscriptionGroup, SubscriptionGroups } from './subscription-group.ts';
import { Targets } from './targets.ts';

export class SubscriptionBook {
  readonly #table: PatternTable;
  readonly #subscriptions = new Map<number, HungSubscription>();
  readonly #targets = new Targets(
    (id, target) => this.#subscriptions.get(id)?.spec.target === target,
  );
  readonly #groups: SubscriptionGroups;
  readonly #columns: Columns<SubscriptionGroup | undefined>;

  constructor(
    table: PatternTable,
    columns: Columns<SubscriptionGroup | undefined>,
    groups: SubscriptionGroups,
  ) {
    this.#table = table;
    this.#columns = columns;
    this.#groups = groups;
  }

  get size(): number {
    return this.#subscriptions.size;
  }

  add(spec: SubscriptionSpec): void {
    if (this.#subscriptions.has(spec.id)) {
      throw new BusError('ERR_BUS_DUPLICATE', `The subscription id ${spec.id} is in use.`, {
        details: { id: spec.id, pattern: spec.pattern },
      });
    }
    const node = this.#table.nodeFor(spec);
    this.#targets.link(spec.target, spec.id);
    const { order, target } = spec;
    const group = spec.group === undefined ? undefined : this.#groups.join(spec.group);
    const hung: HungSubscription = { spec, node, number: this.#columns.add(group) };
    this.#columns.set(hung.number, { rank: 0, order, target });
    node.addSubscription(hung);
    this.#table.note(node);
    this.#subscriptions.set(spec.id, hung);
  }

  /** Returns whether the id was known. */
  remove(id: number): boolean {
    const hung = this.#subscriptions.get(id);
    if (hung === undefined) return false;
    this.#subscriptions.delete(id);
    const { node, spec } = hung;
    node.removeSubscription(hung);
    this.#columns.remove(hung.number);
    this.#targets.unlink(spec.target);
    if (spec.group !== undefined) this.#groups.leave(spec.group);
    this.#table.note(node);
    return true;
  }

  idsOfTarget(target: number): number[] {
    return this.#targets.sourcesOf(target);
  }
}
