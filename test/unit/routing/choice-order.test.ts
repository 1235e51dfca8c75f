import { describe, expect, it } from 'vitest';
import { sortByChoice } from '../../../src/routing/choice-order.ts';
import { Columns } from '../../../src/routing/columns.ts';
import { Found } from '../../../src/routing/found.ts';

/** Numbers 0 … count − 1 with few ranks and distinct orders, given in reverse. */
function sorted(
  count: number,
  orderOf: (number: number) => number,
  lastRank = 2 ** 32 - 1,
): number[] {
  const columns = new Columns<undefined>();
  const found = new Found();
  for (let i = 0; i < count; i++) {
    const rank = (i * 7) % 3 === 0 ? lastRank : i % 2;
    columns.set(columns.add(undefined), { rank, order: orderOf(i), target: 0 });
  }
  for (let i = count - 1; i >= 0; i--) found.push(i);
  sortByChoice(found, columns);
  const { orders, ranks } = columns;
  const numbers = [...found.numbers.subarray(0, count)];
  const expected = numbers.toSorted(
    (left, right) =>
      (ranks[left] as number) - (ranks[right] as number) ||
      (orders[left] as number) - (orders[right] as number),
  );
  expect(numbers).toEqual(expected);
  return numbers;
}

describe('sortByChoice', () => {
  it('sorts few and many numbers by rank, then by order', () => {
    for (const count of [0, 1, 2, 16, 17, 1000]) {
      expect(sorted(count, (i) => (i * 7919) % 10_007)).toHaveLength(count);
    }
  });

  it('sorts by ranks and orders that lie near each other, wherever that is', () => {
    for (const count of [17, 64, 65, 1000]) {
      for (const firstOrder of [0, 2 ** 31 - 5, 2 ** 32 - 5, 2 ** 40]) {
        expect(sorted(count, (i) => firstOrder + ((i * 7919) % 10_007), 5)).toHaveLength(count);
      }
    }
  });

  it('sorts alike whether or not differences and places fit into 32 bits together', () => {
    for (const span of [2 ** 20, 2 ** 21, 2 ** 22, 2 ** 23, 2 ** 31, 2 ** 32]) {
      const orderOf = (i: number): number => (i === 500 ? span - 1 : (i * 7919) % 10_007);
      for (const lastRank of [1, 2]) expect(sorted(1000, orderOf, lastRank)).toHaveLength(1000);
    }
  });

  it('sorts by orders beyond 32 bits too', () => {
    expect(sorted(200, (i) => 2 ** 33 - i * 2 ** 26)).toHaveLength(200);
  });
});
