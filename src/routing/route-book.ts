/**
 * Routes by id, and their grouping into balance sets. A change of many routes is all or nothing, and
 * each set that it touches gets its new members once, however many came or went.
 */
import { BusError } from '../message/errors.ts';
import { PRIORITY_MAX, RouteSet, type RouteSpec } from './balance-set.ts';
import type { PatternNode } from './pattern-node.ts';
import type { PatternTable } from './pattern-table.ts';
import { quotePattern } from './refusal.ts';
import { type Target, Targets } from './targets.ts';

interface ListedRoute {
  readonly spec: RouteSpec;
  readonly node: PatternNode;
  readonly set: RouteSet;
}

export class RouteBook {
  readonly #table: PatternTable;
  readonly #routes = new Map<number, ListedRoute>();
  readonly #targets = new Targets();

  constructor(table: PatternTable) {
    this.#table = table;
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
    for (const [set, routes] of bySet(added)) this.#join(set, routes);
    return added.length;
  }

  /** Returns how many of the ids were known. */
  remove(ids: Iterable<number>): number {
    const removed: ListedRoute[] = [];
    for (const id of ids) {
      const route = this.#routes.get(id);
      if (route === undefined) continue;
      this.#routes.delete(id);
      removed.push(route);
    }
    for (const [set, routes] of bySet(removed)) this.#leave(set, routes);
    return removed.length;
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
      node.addSet(set);
    }
    assertBalance(spec, set);
    const route = { spec, node, set };
    this.#routes.set(spec.id, route);
    return route;
  }

  #unlist(route: ListedRoute): void {
    this.#routes.delete(route.spec.id);
    if (route.set.members.length === 0) this.#dropSet(route);
  }

  #join(set: RouteSet, routes: readonly ListedRoute[]): void {
    for (const { spec } of routes) this.#targets.link(spec.target, spec.id);
    const members = set.members.concat(routes.map((route) => route.spec));
    if (members.length > 1) members.sort((left, right) => left.order - right.order);
    this.#replaceMembers(set, members);
  }

  #leave(set: RouteSet, routes: readonly ListedRoute[]): void {
    const gone = new Set(routes.map((route) => route.spec.id));
    this.#replaceMembers(
      set,
      set.members.filter((member) => !gone.has(member.id)),
    );
    for (const { spec } of routes) this.#targets.unlink(spec.target, spec.id);
    if (set.members.length === 0) this.#dropSet(routes[0] as ListedRoute);
  }

  #replaceMembers(set: RouteSet, members: readonly RouteSpec[]): void {
    const targets = members.map((member) => this.#targets.get(member.target) as Target);
    set.replaceMembers(members, targets);
  }

  #dropSet({ node, set }: ListedRoute): void {
    node.removeSet(set);
    this.#table.dropIfEmpty(node);
  }
}

function bySet(routes: readonly ListedRoute[]): Map<RouteSet, ListedRoute[]> {
  const groups = new Map<RouteSet, ListedRoute[]>();
  for (const route of routes) {
    const group = groups.get(route.set);
    if (group === undefined) groups.set(route.set, [route]);
    else group.push(route);
  }
  return groups;
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
