/** Subscriptions by id, hung on the nodes of their patterns. */
import { BusError } from '../message/errors.ts';
import type { PatternNode, SubscriptionSpec } from './pattern-node.ts';
import type { PatternTable } from './pattern-table.ts';
import { Targets } from './targets.ts';

interface HungSubscription {
  readonly spec: SubscriptionSpec;
  readonly node: PatternNode;
}

export class SubscriptionBook {
  readonly #table: PatternTable;
  readonly #subscriptions = new Map<number, HungSubscription>();
  readonly #targets = new Targets();

  constructor(table: PatternTable) {
    this.#table = table;
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
    node.addSubscription(spec);
    this.#table.note(node);
    this.#subscriptions.set(spec.id, { spec, node });
  }

  /** Returns whether the id was known. */
  remove(id: number): boolean {
    const hung = this.#subscriptions.get(id);
    if (hung === undefined) return false;
    this.#subscriptions.delete(id);
    const { node, spec } = hung;
    node.removeSubscription(spec);
    this.#targets.unlink(spec.target, id);
    this.#table.note(node);
    return true;
  }

  idsOfTarget(target: number): number[] {
    return this.#targets.sourcesOf(target);
  }
}
