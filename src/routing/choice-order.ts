/**
 * Sorting the sets that a key matches into choice order. A key may match a thousand, and sorting
 * with a comparison function then costs more than all matching; so larger lists are sorted as
 * numbers, by age first and by rank after it. It decides nothing that `compareSets` does not.
 */
import { compareSets, type RouteSet } from './balance-set.ts';
import { RadixOrder } from './radix-order.ts';

/** Up to here comparing is cheaper than going through numbers. */
const COMPARED_MAX = 16;

/** Ranks and, unless a bus lives very long, orders have 32 bits. */
const ORDERS = 2 ** 32;

const radix = new RadixOrder();

/** The same sets: higher priority first, exact before pattern, then older. May sort in place. */
export function sortSets(sets: RouteSet[]): RouteSet[] {
  if (sets.length <= COMPARED_MAX) return insertInOrder(sets);
  return sortByNumbers(sets) ?? sets.sort(compareSets);
}

function insertInOrder(sets: RouteSet[]): RouteSet[] {
  for (let i = 1; i < sets.length; i++) {
    const set = sets[i] as RouteSet;
    let place = i;
    while (place > 0 && compareSets(sets[place - 1] as RouteSet, set) > 0) {
      sets[place] = sets[place - 1] as RouteSet;
      place--;
    }
    sets[place] = set;
  }
  return sets;
}

/** Undefined when an order does not fit. */
function sortByNumbers(sets: readonly RouteSet[]): RouteSet[] | undefined {
  const count = sets.length;
  radix.reset(count);
  const numbers = radix.numbers;
  const firstRank = (sets[0] as RouteSet).rank;
  let isOneRank = true;
  for (let place = 0; place < count; place++) {
    const set = sets[place] as RouteSet;
    const order = set.order;
    if (!(order >= 0 && order < ORDERS)) return undefined;
    if (set.rank !== firstRank) isOneRank = false;
    numbers[place] = order;
  }
  radix.sort(count);
  if (!isOneRank) {
    for (let place = 0; place < count; place++) numbers[place] = (sets[place] as RouteSet).rank;
    radix.sort(count);
  }
  const places = radix.places;
  const sorted: RouteSet[] = [];
  for (let i = 0; i < count; i++) sorted.push(sets[places[i] as number] as RouteSet);
  return sorted;
}
