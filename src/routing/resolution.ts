/**
 * What a key leads to: balance sets in choice order, endpoints to notify, subscriptions. Made from
 * the matching patterns; which patterns match is decided elsewhere.
 */
import type { BalanceSet, RouteSet } from './balance-set.ts';
import { sortSets } from './choice-order.ts';
import type { ListedSubscription, PatternNode } from './pattern-node.ts';
import type { Target } from './targets.ts';

/** Immutable; good until the router's generation changes. */
export interface Resolution {
  /** In choice order: higher priority, exact before pattern, then older. */
  readonly sets: readonly BalanceSet[];
  /** Distinct targets of all matching routes, in choice order. */
  readonly notify: readonly number[];
  /** Distinct subscription targets, the oldest subscription first. */
  readonly subscriptions: readonly number[];
}

const NONE: readonly never[] = Object.freeze([]);

/** Shared by all keys that match nothing. */
const EMPTY_RESOLUTION: Resolution = Object.freeze({
  sets: NONE,
  notify: NONE,
  subscriptions: NONE,
});

/** `listing` is a number that no resolution before has had: it marks targets already listed. */
export function resolutionOf(nodes: readonly PatternNode[], listing: number): Resolution {
  if (nodes.length === 0) return EMPTY_RESOLUTION;
  const found: RouteSet[] = [];
  const subscriptions: ListedSubscription[] = [];
  for (let i = 0; i < nodes.length; i++) {
    const node = nodes[i] as PatternNode;
    pushAll(node.sets, found);
    pushAll(node.subscriptions, subscriptions);
  }
  const sets = sortSets(found);
  if (subscriptions.length > 1) subscriptions.sort(compareAge);
  return {
    sets,
    notify: targetsOfSets(sets, listing),
    subscriptions: targetsOfSubscriptions(subscriptions, listing),
  };
}

function pushAll<Item>(items: readonly Item[], list: Item[]): void {
  for (let i = 0; i < items.length; i++) list.push(items[i] as Item);
}

function compareAge(left: ListedSubscription, right: ListedSubscription): number {
  return left.spec.order - right.spec.order;
}

function targetsOfSets(sets: readonly RouteSet[], listing: number): readonly number[] {
  if (sets.length === 0) return NONE;
  const ids: number[] = [];
  for (let i = 0; i < sets.length; i++) {
    const targets = (sets[i] as RouteSet).targets;
    for (let k = 0; k < targets.length; k++) listOnce(targets[k] as Target, listing, ids);
  }
  return ids;
}

function targetsOfSubscriptions(
  subscriptions: readonly ListedSubscription[],
  listing: number,
): readonly number[] {
  if (subscriptions.length === 0) return NONE;
  const ids: number[] = [];
  for (const { target } of subscriptions) listOnce(target, listing, ids);
  return ids;
}

function listOnce(target: Target, listing: number, ids: number[]): void {
  if (target.listedBy === listing) return;
  target.listedBy = listing;
  ids.push(target.id);
}
