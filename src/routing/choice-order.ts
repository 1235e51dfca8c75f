/**
 * Sorting what a key leads to into choice order: by rank, and by age within one. A key may lead to a thousand
 * balance sets, and sorting with a comparison function then costs more than all matching; so longer lists are
 * sorted digit by digit, by age first and by rank after it.
 */
import type { Columns } from './columns.ts';
import type { Found } from './found.ts';
import { RadixOrder } from './radix-order.ts';

/** Up to here comparing is cheaper than going through digits. */
const COMPARED_MAX = 16;

/** Ranks and, unless a bus lives very long, orders have 32 bits. */
const DIGITS_END = 2 ** 32;

type Order = Pick<Columns<unknown>, 'orders' | 'ranks'>;

const radix = new RadixOrder();

/** The numbers before they are put in order; grown to the most that a key has led to. */
let unsorted = new Int32Array(256);

/** Puts numbers in the order of their columns: the lower rank first, then the lower order. */
export function sortByChoice({ count, numbers }: Found, columns: Order): void {
  if (count <= COMPARED_MAX) insertInOrder(numbers, count, columns);
  else if (!sortByDigits(numbers, count, columns)) {
    numbers.subarray(0, count).sort((left, right) => compare(left, right, columns));
  }
}

function insertInOrder(numbers: Int32Array, count: number, columns: Order): void {
  for (let i = 1; i < count; i++) {
    const number = numbers[i] as number;
    let place = i;
    while (place > 0 && compare(number, numbers[place - 1] as number, columns) < 0) {
      numbers[place] = numbers[place - 1] as number;
      place--;
    }
    numbers[place] = number;
  }
}

function compare(left: number, right: number, { orders, ranks }: Order): number {
  const byRank = (ranks[left] as number) - (ranks[right] as number);
  return byRank === 0 ? (orders[left] as number) - (orders[right] as number) : byRank;
}

/** False when an order does not fit; then nothing has changed. */
function sortByDigits(numbers: Int32Array, count: number, { orders, ranks }: Order): boolean {
  if (unsorted.length < count) unsorted = new Int32Array(2 * count);
  radix.reset(count);
  const keys = radix.numbers;
  const firstRank = ranks[numbers[0] as number] as number;
  let isOneRank = true;
  for (let place = 0; place < count; place++) {
    const number = numbers[place] as number;
    const order = orders[number] as number;
    if (!(order >= 0 && order < DIGITS_END)) return false;
    unsorted[place] = number;
    keys[place] = order;
    if (ranks[number] !== firstRank) isOneRank = false;
  }
  radix.sort(count);
  if (!isOneRank) {
    for (let i = 0; i < count; i++) keys[i] = ranks[unsorted[i] as number] as number;
    radix.sort(count);
  }
  const places = radix.places;
  for (let i = 0; i < count; i++) numbers[i] = unsorted[places[i] as number] as number;
  return true;
}
