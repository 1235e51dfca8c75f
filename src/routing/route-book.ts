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

interface ListedRoute {
  readonly spec: RouteSpec;
  readonly node: PatternNode;
  readonly set: RouteSet;
}

export class RouteBook {
  readonly #table: PatternTable;
  readonly #columns: Columns<RouteSet>;
  readonly #routes = new Map<number, ListedRoute>();
  readonly #targets = new Targets();

  constructor(table: PatternTable, columns: Columns<RouteSet>) {
    this.#table = table;
    this.#columns = columns;
  }

  get size(): number {
    return this.#routes.size;
  }

  /** Returns how many came: all of them. Throws, with nothing changed, as `Router.addRoutes` says. */
  add(specs: Iterable<RouteSpec>): number {
    const added: ListedRoute[] = [];
    try {
      for (const spec of specs) added.push(this.#list(spec));
    } catch (error) {
      for (const route of added) this.#unlist(route);
      throw error;
    }
    const joining = new Map<RouteSet, RouteSpec[]>();
    for (const { set, spec } of added) {
      this.#targets.link(spec.target, spec.id);
      const others = joining.get(set);
      // Nearly all sets get their first member, and only that one.
      if (set.members.length === 0) this.#replaceMembers(set, [spec]);
      else if (others === undefined) joining.set(set, [spec]);
      else others.push(spec);
    }
    for (const [set, others] of joining) this.#join(set, others);
    return added.length;
  }

  /** Returns how many of the ids were known. */
  remove(ids: Iterable<number>): number {
    const leaving = new Map<
      RouteSet,
      { readonly node: PatternNode; readonly gone: Set<RouteSpec> }
    >();
    let count = 0;
    for (const id of ids) {
      const route = this.#routes.get(id);
      if (route === undefined) continue;
      count++;
      const { node, set, spec } = route;
      this.#routes.delete(id);
      this.#targets.unlink(spec.target, id);
      const others = leaving.get(set);
      if (set.members.length === 1) this.#dropSet(set, node);
      else if (others === undefined) leaving.set(set, { node, gone: new Set([spec]) });
      else others.gone.add(spec);
    }
    for (const [set, { node, gone }] of leaving) this.#leave(set, node, gone);
    return count;
  }

  idsOfTarget(target: number): number[] {
    return this.#targets.sourcesOf(target);
  }

  /** Finds or makes the route's set, without making it a member yet. */
  #list(spec: RouteSpec): ListedRoute {
    if (this.#routes.has(spec.id)) {
      throw new BusError('ERR_BUS_DUPLICATE', `The route id ${spec.id} is in use.`, {
        details: { id: spec.id, pattern: spec.pattern },
      });
    }
    assertPriority(spec);
    const node = this.#table.nodeFor(spec);
    let set = node.setOfPriority(spec.priority);
    if (set === undefined) {
      set = new RouteSet(spec);
      set.number = this.#columns.add(set);
      node.addSet(set);
      this.#table.note(node);
    }
    assertBalance(spec, set);
    const route = { spec, node, set };
    this.#routes.set(spec.id, route);
    return route;
  }

  #unlist({ node, set, spec }: ListedRoute): void {
    this.#routes.delete(spec.id);
    if (set.members.length === 0) this.#dropSet(set, node);
  }

  #join(set: RouteSet, specs: readonly RouteSpec[]): void {
    const members = set.members.concat(specs);
    members.sort((left, right) => left.order - right.order);
    this.#replaceMembers(set, members);
  }

  #leave(set: RouteSet, node: PatternNode, gone: ReadonlySet<RouteSpec>): void {
    const members = set.members.filter((member) => !gone.has(member));
    if (members.length === 0) this.#dropSet(set, node);
    else this.#replaceMembers(set, members);
  }

  #replaceMembers(set: RouteSet, members: readonly RouteSpec[]): void {
    set.replaceMembers(members);
    const { number, order, rank } = set;
    const [sole] = members;
    const target = members.length === 1 && sole !== undefined ? sole.target : SEVERAL;
    this.#columns.set(number, { rank, order, target });
  }

  #dropSet(set: RouteSet, node: PatternNode): void {
    if (set.number === NO_NUMBER) return;
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
