/**
 * Sorting what a key leads to into choice order: by rank, and by age within one. A key may lead to a thousand
 * balance sets, and sorting with a comparison function then costs more than all matching; so longer lists are
 * sorted digit by digit: by rank and age in one number, where the differences are small enough for that, which they
 * mostly are, and otherwise by age first and by rank after it.
 */
import type { Columns } from './columns.ts';
import type { Found } from './found.ts';
import { PackedOrder } from './packed-order.ts';
import { RadixOrder } from './radix-order.ts';

/** Up to here comparing is cheaper than going through digits. */
const COMPARED_MAX = 16;

/** Ranks and, unless a bus lives very long, orders have 32 bits. */
const DIGITS_END = 2 ** 32;

type Order = Pick<Columns<unknown>, 'orders' | 'ranks'>;

/** Of a packed number. */
const NUMBER_BITS = 32;

const radix = new RadixOrder();
const packed = new PackedOrder();

/** The numbers before they are put in order; grown to the most that a key has led to. */
let unsorted = new Int32Array(256);

/** Puts numbers in the order of their columns: the lower rank first, then the lower order. */
export function sortByChoice({ count, numbers }: Found, columns: Order): void {
  if (count <= COMPARED_MAX) insertInOrder(numbers, count, columns);
  else if (!sortPacked(numbers, count, columns) && !sortByDigits(numbers, count, columns)) {
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

/** False when rank, order and place do not fit into one number; then nothing has changed. */
function sortPacked(numbers: Int32Array, count: number, { orders, ranks }: Order): boolean {
  const first = numbers[0] as number;
  let minOrder = orders[first] as number;
  let maxOrder = minOrder;
  let minRank = ranks[first] as number;
  let maxRank = minRank;
  for (let place = 1; place < count; place++) {
    const number = numbers[place] as number;
    const order = orders[number] as number;
    const rank = ranks[number] as number;
    if (order < minOrder) minOrder = order;
    else if (order > maxOrder) maxOrder = order;
    if (rank < minRank) minRank = rank;
    else if (rank > maxRank) maxRank = rank;
  }
  const placeBits = bitsOf(count - 1);
  const orderBits = bitsOf(maxOrder - minOrder);
  const bits = orderBits + bitsOf(maxRank - minRank);
  if (placeBits + bits > NUMBER_BITS) return false;
  if (unsorted.length < count) unsorted = new Int32Array(2 * count);
  packed.reset(count);
  const { values } = packed;
  for (let place = 0; place < count; place++) {
    const number = numbers[place] as number;
    unsorted[place] = number;
    const rank = (ranks[number] as number) - minRank;
    const key = (rank << orderBits) | ((orders[number] as number) - minOrder);
    values[place] = (key << placeBits) | place;
  }
  packed.sort(count, placeBits, bits);
  const sorted = packed.values;
  const placeMask = 2 ** placeBits - 1;
  for (let i = 0; i < count; i++) {
    numbers[i] = unsorted[(sorted[i] as number) & placeMask] as number;
  }
  return true;
}

/** Of an integer ≥ 0; more than a packed number has when it is larger. */
function bitsOf(number: number): number {
  return number < 2 ** NUMBER_BITS ? NUMBER_BITS - Math.clz32(number) : NUMBER_BITS + 1;
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
