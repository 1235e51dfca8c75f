/**
 * Routes by id, and their grouping into balance sets. A change of many routes is all or nothing, and
 * each set that it touches gets its new members once, however many came or went.
 */
import { BusError } from '../message/errors.ts';
import { NO_NUMBER, PRIORITY_MAX, RouteSet, type RouteSpec } from './balance-set.ts';
import { type Columns, SEVERAL } from './columns.ts';
import type { PatternNode } from './pattern-node.ts';
import type { PatternTable } from './pattern-table.ts';
import { quotePattern } from './refusal.ts';
import { Targets } from './targets.ts';

export class RouteBook {
  readonly #table: PatternTable;
  readonly #columns: Columns<RouteSet>;
  /** By route id. */
  readonly #sets = new Map<number, RouteSet>();
  /** By number of the set. */
  readonly #nodes: PatternNode[] = [];
  readonly #targets = new Targets();

  constructor(table: PatternTable, columns: Columns<RouteSet>) {
    this.#table = table;
    this.#columns = columns;
  }

  get size(): number {
    return this.#sets.size;
  }

  /** Returns how many came: all of them. Throws, with nothing changed, as `Router.addRoutes` says. */
  add(specs: Iterable<RouteSpec>): number {
    const added: RouteSpec[] = [];
    const sets: RouteSet[] = [];
    try {
      for (const spec of specs) {
        const set = this.#setFor(spec);
        this.#sets.set(spec.id, set);
        added.push(spec);
        sets.push(set);
      }
    } catch (error) {
      for (const { id } of added) this.#forget(id);
      throw error;
    }
    this.#join(added, sets);
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
      const target = set.members.find((member) => member.id === id)?.target;
      this.#targets.unlink(target as number, id);
      const others = leaving.get(set);
      if (set.members.length === 1) this.#drop(set);
      else if (others === undefined) leaving.set(set, new Set([id]));
      else others.add(id);
    }
    for (const [set, gone] of leaving) this.#leave(set, gone);
    return count;
  }

  idsOfTarget(target: number): number[] {
    return this.#targets.sourcesOf(target);
  }

  /** The route's set, made if need be; the route is no member yet. */
  #setFor(spec: RouteSpec): RouteSet {
    if (this.#sets.has(spec.id)) {
      throw new BusError('ERR_BUS_DUPLICATE', `The route id ${spec.id} is in use.`, {
        details: { id: spec.id, pattern: spec.pattern },
      });
    }
    assertPriority(spec);
    const node = this.#table.nodeFor(spec);
    const known = node.setOfPriority(spec.priority);
    if (known !== undefined) {
      assertBalance(spec, known);
      return known;
    }
    const set = new RouteSet(spec);
    set.number = this.#columns.add(set);
    this.#nodes[set.number] = node;
    node.addSet(set);
    this.#table.note(node);
    return set;
  }

  /** Undoes `setFor`. */
  #forget(id: number): void {
    const set = this.#sets.get(id) as RouteSet;
    this.#sets.delete(id);
    if (set.members.length === 0) this.#drop(set);
  }

  /** Each of `specs` joins its set, which stands at its place in `sets`. */
  #join(specs: readonly RouteSpec[], sets: readonly RouteSet[]): void {
    const joining = new Map<RouteSet, RouteSpec[]>();
    for (let i = 0; i < specs.length; i++) {
      const spec = specs[i] as RouteSpec;
      const set = sets[i] as RouteSet;
      this.#targets.link(spec.target, spec.id);
      const others = joining.get(set);
      // Nearly all sets get their first member, and only that one.
      if (set.members.length === 0) this.#replaceMembers(set, [spec]);
      else if (others === undefined) joining.set(set, [spec]);
      else others.push(spec);
    }
    for (const [set, others] of joining) {
      const members = set.members.concat(others);
      this.#replaceMembers(
        set,
        members.sort((left, right) => left.order - right.order),
      );
    }
  }

  #leave(set: RouteSet, gone: ReadonlySet<number>): void {
    const members = set.members.filter((member) => !gone.has(member.id));
    if (members.length === 0) this.#drop(set);
    else this.#replaceMembers(set, members);
  }

  #replaceMembers(set: RouteSet, members: readonly RouteSpec[]): void {
    set.replaceMembers(members);
    const { number, order, rank } = set;
    const [sole] = members;
    const target = members.length === 1 && sole !== undefined ? sole.target : SEVERAL;
    this.#columns.set(number, { rank, order, target });
  }

  /** It has, or had, no members. */
  #drop(set: RouteSet): void {
    if (set.number === NO_NUMBER) return;
    const node = this.#nodes[set.number] as PatternNode;
    set.replaceMembers([]);
    this.#columns.remove(set.number);
    set.number = NO_NUMBER;
    node.removeSet(set);
    this.#table.note(node);
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
