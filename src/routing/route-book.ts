/**
 * Routes by id, and their grouping into balance sets. A change of many routes is all or nothing, and
 * each set that it touches gets its new members once, however many came or went.
 */
import { BusError } from '../message/errors.ts';
import { NO_NUMBER, PRIORITY_MAX, RouteSet, type RouteSpec } from './balance-set.ts';
import { type Columns, SEVERAL } from './columns.ts';
import { IdTable } from './id-table.ts';
import type { Matching } from './pattern.ts';
import type { PatternTable } from './pattern-table.ts';
import { quotePattern } from './refusal.ts';
import { Targets } from './targets.ts';

/** A set that was there before, and its age then. */
interface Joined {
  readonly set: RouteSet;
  readonly order: number;
}

export class RouteBook {
  readonly #table: PatternTable;
  readonly #columns: Columns<RouteSet>;
  readonly #onEmptied: (set: RouteSet) => void;
  /** By route id. */
  readonly #sets = new IdTable<RouteSet>();
  readonly #targets = new Targets(
    (id, target) => this.#sets.get(id)?.memberOf(id)?.target === target,
  );

  /** `onEmptied` is told of each set that has lost its last member. */
  constructor(
    table: PatternTable,
    columns: Columns<RouteSet>,
    onEmptied: (set: RouteSet) => void = () => {},
  ) {
    this.#table = table;
    this.#columns = columns;
    this.#onEmptied = onEmptied;
  }

  get size(): number {
    return this.#sets.size;
  }

  /** Returns how many came: all of them. Throws, with nothing changed, as `Router.addRoutes` says. */
  add(specs: Iterable<RouteSpec>): number {
    const added: RouteSpec[] = [];
    const joined: Joined[] = [];
    try {
      for (const spec of specs) {
        this.#sets.set(spec.id, this.#place(spec, joined));
        this.#targets.link(spec.target, spec.id);
        added.push(spec);
      }
    } catch (error) {
      this.remove(added.map(({ id }) => id));
      for (const { order, set } of joined.reverse()) this.#restore(set, order);
      throw error;
    }
    return added.length;
  }

  /** Returns how many of the ids were known. */
  remove(ids: Iterable<number>): number {
    const leaving = new Map<RouteSet, Set<number>>();
    let count = 0;
    for (const id of ids) {
      const set = this.#sets.get(id);
      if (set === undefined) continue;
      count++;
      this.#sets.delete(id);
      const others = leaving.get(set);
      if (set.memberCount === 1) this.#drop(set);
      else if (others === undefined) leaving.set(set, new Set([id]));
      else others.add(id);
    }
    for (const [set, gone] of leaving) this.#leave(set, gone);
    return count;
  }

  idsOfTarget(target: number): number[] {
    return this.#targets.sourcesOf(target);
  }

  ofTarget(target: number): RouteSpec[] {
    return this.#targets.sourcesOf(target).flatMap((id) => this.#sets.get(id)?.memberOf(id) ?? []);
  }

  /** The route of this pattern that leads to the target. */
  routeTo(target: number, pattern: string, match: Matching): RouteSpec | undefined {
    let set = this.#table.find(pattern, match)?.firstSet;
    for (; set !== undefined; set = set.next) {
      const member = set.memberTo(target);
      if (member !== undefined) return member;
    }
    return undefined;
  }

  setsOf(pattern: string, match: Matching): RouteSet[] | undefined {
    let set = this.#table.find(pattern, match)?.firstSet;
    if (set === undefined) return undefined;
    const sets: RouteSet[] = [];
    for (; set !== undefined; set = set.next) sets.push(set);
    return sets;
  }

  /** The route joins its set, which is made if need be. */
  #place(spec: RouteSpec, joined: Joined[]): RouteSet {
    if (this.#sets.get(spec.id) !== undefined) {
      throw new BusError('ERR_BUS_DUPLICATE', `The route id ${spec.id} is in use.`, {
        details: { id: spec.id, pattern: spec.pattern },
      });
    }
    assertPriority(spec);
    const node = this.#table.nodeFor(spec);
    const known = node.setOfPriority(spec.priority);
    if (known === undefined) {
      const set = new RouteSet(spec, node);
      set.number = this.#columns.add(set);
      node.addSet(set);
      this.#table.note(node);
      this.#noteMembers(set);
      return set;
    }
    assertBalance(spec, known);
    joined.push({ set: known, order: known.order });
    known.join(spec);
    this.#noteMembers(known);
    return known;
  }

  #leave(set: RouteSet, gone: ReadonlySet<number>): void {
    for (const { id, target } of set.members) if (gone.has(id)) this.#targets.unlink(target);
    set.leave(({ id }) => gone.has(id));
    if (set.memberCount === 0) this.#forget(set);
    else this.#noteMembers(set);
  }

  /** Its last member goes. */
  #drop(set: RouteSet): void {
    this.#targets.unlink(set.soleTarget as number);
    set.leave(() => true);
    this.#forget(set);
  }

  #forget(set: RouteSet): void {
    this.#columns.remove(set.number);
    set.number = NO_NUMBER;
    set.node.removeSet(set);
    this.#table.note(set.node);
    this.#onEmptied(set);
  }

  #restore(set: RouteSet, order: number): void {
    if (set.number === NO_NUMBER) return;
    set.restoreOrder(order);
    this.#noteMembers(set);
  }

  #noteMembers(set: RouteSet): void {
    const { number, order, rank } = set;
    this.#columns.set(number, { rank, order, target: set.soleTarget ?? SEVERAL });
  }
}

function assertPriority({ priority, pattern }: RouteSpec): void {
  if (Number.isInteger(priority) && priority >= 0 && priority <= PRIORITY_MAX) return;
  throw new BusError(
    'ERR_BUS_CONFIG',
    `The priority of the route ${quotePattern(pattern)} must be an integer ` +
      `from 0 to ${PRIORITY_MAX}; got ${priority}.`,
    { details: { option: 'priority', expected: `0 … ${PRIORITY_MAX}`, got: priority } },
  );
}

function assertBalance(spec: RouteSpec, set: RouteSet): void {
  if (spec.balance === set.balance) return;
  throw new BusError(
    'ERR_BUS_CONFIG',
    `Routes ${quotePattern(spec.pattern)} of priority ${spec.priority} are balanced by ` +
      `"${set.balance}"; another one cannot ask for "${spec.balance}".`,
    { details: { option: 'balance', expected: set.balance, got: spec.balance } },
  );
}
