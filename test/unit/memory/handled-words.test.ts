import { describe, expect, it } from 'vitest';
import * as handled from '../../../src/memory/handled-words.ts';
import { put, replaceSeam } from '../../../src/memory/seam.ts';

const PLACES = 3;

function ring(): Int32Array {
  return new Int32Array(handled.handledWords(PLACES));
}

function printOf(n: number): Int32Array {
  return Int32Array.of(n, -n, n ^ 0x5555, ~n);
}

function write(words: Int32Array, n: number, nowMs: number): void {
  handled.writeRecord(words, PLACES, { prints: printOf(n), from: 0, nowMs });
}

/** What counts, by place: which of the first ten fingerprints, and when. */
function recordsOf(words: Int32Array): (readonly [number, number] | undefined)[] {
  return [...Array(PLACES).keys()].map((place) => {
    if (!handled.isRecorded(words, place)) return undefined;
    const n = [...Array(10).keys()].find((one) => handled.isPrint(words, place, printOf(one), 0));
    return [n ?? Number.NaN, handled.handledMs(words, place)] as const;
  });
}

/** Ends before the store with this number; true: it had so many. */
function diesAt(store: number, act: () => void): boolean {
  let left = store;
  const restore = replaceSeam({
    put(view, index, value) {
      if (--left === 0) throw new RangeError('dead');
      realPut(view, index, value);
    },
  });
  try {
    act();
    return false;
  } catch {
    return true;
  } finally {
    restore();
  }
}

const realPut = put;

describe('a ring of handled ids', () => {
  it('keeps the latest, in places that are used in turn', () => {
    const words = ring();
    expect([handled.lastPlace(words, PLACES), handled.nextPlace(words, PLACES)]).toEqual([-1, 0]);
    for (let n = 0; n < 8; n++) {
      write(words, n, n + 10);
      expect(handled.lastPlace(words, PLACES)).toBe(n % PLACES);
      expect(handled.nextPlace(words, PLACES)).toBe((n + 1) % PLACES);
      expect(handled.usedPlaces(words, PLACES)).toBe(Math.min(n + 2, PLACES));
    }
    expect(recordsOf(words)).toEqual([
      [6, 16],
      [7, 17],
      [5, 15],
    ]);
    expect(handled.firstOfPrint(words, 1)).toBe(7);
    handled.eraseRecord(words, 1);
    expect(recordsOf(words)[1]).toBeUndefined();
  });

  it.each([0.5, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 33 + 7.9, 2 ** 45])(
    'tells the time %d, which does not wrap',
    (nowMs) => {
      const words = ring();
      write(words, 1, nowMs);
      handled.touchRecord(words, 0, nowMs + 1);
      expect(recordsOf(words)[0]).toEqual([1, Math.floor(nowMs + 1)]);
    },
  );

  it('has at every moment of a death either the old record, the new one or none in a place', () => {
    for (let before = 0; before <= 2 * PLACES; before++) {
      for (let store = 1; ; store++) {
        const words = ring();
        for (let n = 0; n < before; n++) write(words, n, n);
        const old = recordsOf(words);
        const place = handled.nextPlace(words, PLACES);
        const died = diesAt(store, () => write(words, 9, 99));
        if (!died) break;
        const now = recordsOf(words);
        expect([old[place], undefined, [9, 99]]).toContainEqual(now[place]);
        expect(now.toSpliced(place, 1)).toEqual(old.toSpliced(place, 1));
        const used = handled.usedPlaces(words, PLACES);
        expect(now.slice(used).every((record) => record === undefined)).toBe(true);
      }
    }
  });
});
