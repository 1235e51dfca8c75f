/**
 * Sorting the sets that a key leads to into choice order, by their numbers and the columns of what they are
 * ordered by. A key may lead to a thousand, and sorting with a comparison function then costs more than all
 * matching; so longer lists are sorted digit by digit, by age first and by rank after it. It decides nothing
 * that `compareSets` does not.
 */
import { compareSets } from './balance-set.ts';
import type { Found } from './found.ts';
import { RadixOrder } from './radix-order.ts';
import type { SetColumns } from './set-columns.ts';

/** Up to here comparing is cheaper than going through digits. */
const COMPARED_MAX = 16;

const radix = new RadixOrder();

/** The numbers before they are put in order; grown to the most that a key has led to. */
let unsorted = new Int32Array(256);

/** Puts the numbers of sets in order: higher priority first, exact before pattern, then older. */
export function sortSets({ count, numbers }: Found, columns: SetColumns): void {
  if (columns.isWide) sortByComparing(numbers, count, columns);
  else if (count <= COMPARED_MAX) insertInOrder(numbers, count, columns);
  else sortByDigits(numbers, count, columns);
}

function sortByComparing(numbers: Int32Array, count: number, columns: SetColumns): void {
  numbers
    .subarray(0, count)
    .sort((left, right) => compareSets(columns.get(left), columns.get(right)));
}

function insertInOrder(numbers: Int32Array, count: number, columns: SetColumns): void {
  for (let i = 1; i < count; i++) {
    const number = numbers[i] as number;
    let place = i;
    while (place > 0 && isBefore(number, numbers[place - 1] as number, columns)) {
      numbers[place] = numbers[place - 1] as number;
      place--;
    }
    numbers[place] = number;
  }
}

function isBefore(left: number, right: number, { orders, ranks }: SetColumns): boolean {
  const byRank = (ranks[left] as number) - (ranks[right] as number);
  return byRank === 0 ? (orders[left] as number) < (orders[right] as number) : byRank < 0;
}

function sortByDigits(
  numbers: Int32Array,
  count: number,
  { orders, ranks }: SetColumns,
): void {
  if (unsorted.length < count) unsorted = new Int32Array(2 * count);
  radix.reset(count);
  const keys = radix.numbers;
  const firstRank = ranks[numbers[0] as number] as number;
  let isOneRank = true;
  for (let place = 0; place < count; place++) {
    const number = numbers[place] as number;
    unsorted[place] = number;
    keys[place] = orders[number] as number;
    if (ranks[number] !== firstRank) isOneRank = false;
  }
  radix.sort(count);
  if (!isOneRank) {
    for (let i = 0; i < count; i++) keys[i] = ranks[unsorted[i] as number] as number;
    radix.sort(count);
  }
  const places = radix.places;
  for (let i = 0; i < count; i++) numbers[i] = unsorted[places[i] as number] as number;
}
