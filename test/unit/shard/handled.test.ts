import { describe, expect, it } from 'vitest';
import { handledWords } from '../../../src/memory/handled-words.ts';
import { Handled } from '../../../src/shard/handled.ts';

const PLACES = 4;

/** Of the same chain where `n` differs by a multiple of 4. */
const printOf = (n: number): Int32Array => Int32Array.of(n, 1, 2, n);

function makeHandled() {
  const words = new Int32Array(handledWords(PLACES));
  const handled = new Handled(words, PLACES);
  const known = (of: Handled, nowMs = 0): number[] =>
    [...Array(20).keys()].filter((n) => of.has(printOf(n), 0, 100, nowMs));
  return { words, handled, known };
}

describe('handled ids', () => {
  it('are known for less than the window, which is the one that asks', () => {
    const { handled } = makeHandled();
    handled.note(printOf(1), 0, 1_000.5);
    expect(handled.has(printOf(1), 0, 100, 1_099)).toBe(true);
    expect(handled.has(printOf(1), 0, 100, 1_100)).toBe(false);
    expect(handled.has(printOf(1), 0, 200, 1_100)).toBe(true);
  });

  it('are found by all words of the fingerprint', () => {
    const { handled } = makeHandled();
    handled.note(printOf(1), 0, 0);
    for (let word = 0; word < 4; word++) {
      const other = printOf(1);
      other[word] = (other[word] as number) ^ 4;
      expect(handled.has(other, 0, 100, 0)).toBe(false);
    }
  });

  it('are forgotten, the oldest first, beyond the bound, and known again when handled again', () => {
    const { handled, known } = makeHandled();
    for (const n of [1, 5, 9, 13]) handled.note(printOf(n), 0, 0);
    expect(known(handled)).toEqual([1, 5, 9, 13]);
    handled.note(printOf(2), 0, 0);
    expect(known(handled)).toEqual([2, 5, 9, 13]);
    handled.note(printOf(5), 0, 0);
    handled.note(printOf(3), 0, 0);
    expect(known(handled)).toEqual([2, 3, 5, 13]);
  });

  it('begin their window anew when they are handled again, also the last one', () => {
    const { handled, known } = makeHandled();
    handled.note(printOf(1), 0, 0);
    handled.note(printOf(1), 0, 90);
    handled.note(printOf(2), 0, 90);
    handled.note(printOf(1), 0, 150);
    expect([known(handled, 189), known(handled, 200)]).toEqual([[1, 2], [1]]);
  });

  it('are known to a successor, which goes on in their order', () => {
    const { words, handled, known } = makeHandled();
    for (const n of [1, 5, 9]) handled.note(printOf(n), 0, 0);
    const successor = new Handled(words, PLACES);
    expect(known(successor)).toEqual([1, 5, 9]);
    for (const n of [13, 2]) successor.note(printOf(n), 0, 0);
    expect(known(successor)).toEqual([2, 5, 9, 13]);
    expect(known(new Handled(words, PLACES))).toEqual([2, 5, 9, 13]);
  });
});
