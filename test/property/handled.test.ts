/** Handled ids against a list of all that ever was; shards die between any two stores and do again what they had in hand. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { handledWords } from '../../src/memory/handled-words.ts';
import { put, replaceSeam } from '../../src/memory/seam.ts';
import { Handled } from '../../src/shard/handled.ts';
import { scaledRuns } from '../setup/property-runs.ts';

const IDS = 8;
const WINDOW_MS = 10;
/** More stores than a record takes. */
const STORES_MAX = 10;

type Step =
  | { readonly op: 'handle'; readonly id: number; readonly diesAt: number }
  | { readonly op: 'wait'; readonly ms: number }
  | { readonly op: 'replace' };

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      arbitrary: fc.record({
        op: fc.constant('handle' as const),
        id: fc.nat(IDS - 1),
        diesAt: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: STORES_MAX })),
      }),
      weight: 6,
    },
    {
      arbitrary: fc.record({ op: fc.constant('wait' as const), ms: fc.nat(WINDOW_MS) }),
      weight: 3,
    },
    { arbitrary: fc.record({ op: fc.constant('replace' as const) }), weight: 1 },
  ),
  { maxLength: 60 },
);

/** Some are of one chain, and differ in one word only. */
function printOf(id: number): Int32Array {
  return Int32Array.of(id >> 1, 0, id & 1, 0);
}

/** The latest handlings: those of one id directly after each other are one. */
class Model {
  readonly #places: number;
  readonly #handlings: { readonly id: number; atMs: number }[] = [];

  constructor(places: number) {
    this.#places = places;
  }

  note(id: number, atMs: number): void {
    const last = this.#handlings.at(-1);
    if (last?.id === id) last.atMs = atMs;
    else this.#handlings.push({ id, atMs });
  }

  has(id: number, nowMs: number): boolean {
    const kept = this.#handlings.slice(-this.#places);
    const found = kept.findLast((one) => one.id === id);
    return found !== undefined && nowMs - found.atMs < WINDOW_MS;
  }
}

/** Whether it died before its store with this number; 0: it does not. */
function dies(store: number, act: () => void): boolean {
  const real = put;
  let left = store;
  const restore = replaceSeam({
    put(view, index, value) {
      left -= 1;
      if (left === 0) throw new RangeError('dead');
      real(view, index, value);
    },
  });
  try {
    act();
    return false;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return true;
  } finally {
    restore();
  }
}

describe('handled ids', () => {
  it('are the latest of all that ever were, whatever shard knows them', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.nat(2 ** 33),
        steps,
        (places, startMs, script) => {
          const words = new Int32Array(handledWords(places));
          const model = new Model(places);
          let handled = new Handled(words, places);
          let nowMs = startMs;
          for (const step of script) {
            if (step.op === 'wait') nowMs += step.ms;
            else if (step.op === 'replace') handled = new Handled(words, places);
            else {
              const { diesAt, id } = step;
              if (dies(diesAt, () => handled.note(printOf(id), 0, nowMs))) {
                handled = new Handled(words, places);
                handled.note(printOf(id), 0, nowMs);
              }
              model.note(id, nowMs);
            }
            for (let id = 0; id < IDS; id++) {
              expect(handled.has(printOf(id), 0, WINDOW_MS, nowMs), `${id}`).toBe(
                model.has(id, nowMs),
              );
            }
          }
        },
      ),
      { numRuns: scaledRuns(300) },
    );
  });
});
