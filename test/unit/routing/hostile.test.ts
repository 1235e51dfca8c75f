/**
 * Tables and keys that are meant to be slow. The steps of the matcher are counted: an atom compared, a word of
 * positions combined or a character passed over is one, and each takes 2 to 100 ns.
 */
import { describe, expect, it } from 'vitest';
import { hostileKeys, hostilePatterns, hostileTables } from '../../../bench/hostile-patterns.ts';
import { LIMITS } from '../../../src/limits.ts';
import { BusError } from '../../../src/message/errors.ts';
import { validatePattern } from '../../../src/routing/pattern.ts';
import { Router } from '../../../src/routing/router.ts';
import { routeSpec } from './route-spec.ts';

const LONGEST = LIMITS.keyBytes;
/** Of one pattern and the longest key: 2 ms, and of a whole look-up 50 ms; the latter for keys of 256 bytes 5 ms. */
const PATTERN_STEPS_MAX = 100_000;
const LOOK_UP_STEPS_MAX = 5_000_000;
const SHORT_LOOK_UP_STEPS_MAX = 500_000;

/** Each pattern of a table asks for about as much as the others: after so many refusals none is taken any more. */
const REFUSALS_MAX = 20;

/** Adds as many as are taken; of what is refused the error says which limit it was. */
function tableOf(patterns: Iterable<string>, match: 'glob' | 'regex' = 'glob'): Router {
  const router = new Router();
  let id = 0;
  let refusals = 0;
  for (const pattern of patterns) {
    if (refusals === REFUSALS_MAX) break;
    id++;
    try {
      const { regex } = validatePattern(pattern, match);
      router.addRoutes([routeSpec({ id, pattern, match, regex })]);
      refusals = 0;
    } catch (error) {
      refusals++;
      expect(error).toBeInstanceOf(BusError);
      expect((error as BusError).code).toMatch(/^ERR_BUS_(FULL|INVALID_PATTERN)$/);
      expect((error as BusError).message).toMatch(/at most \d+/);
    }
  }
  return router;
}

function expectSteps(router: Router, keys: readonly string[], most: number): void {
  for (const key of keys) {
    const before = router.steps;
    router.resolve(key);
    expect(router.steps - before, `${key.slice(0, 20)} (${key.length})`).toBeLessThanOrEqual(most);
  }
}

function many(count: number, make: (number: number) => string): string[] {
  return Array.from({ length: count }, (_none, number) => make(number));
}

describe('one hostile pattern and the longest key', () => {
  it.each(hostilePatterns)('takes few steps: %s', (_, pattern, match) => {
    const router = tableOf([pattern], match);
    expect(router.routeCount).toBe(1);
    const most = pattern.includes('{90}') ? 3 * PATTERN_STEPS_MAX : PATTERN_STEPS_MAX;
    expectSteps(router, hostileKeys(LONGEST), most);
  });

  it.each([
    ['2 047 a', `*${'a'.repeat(2047)}b*`, 'glob', 'at most 1024 bytes'],
    ['repeats of repeats', '((a|b){15}){15}x', 'regex', 'at most 100'],
    ['a repeat of a thousand', '[ab]{1000}', 'regex', 'at most 100'],
  ] as const)('is refused, and the limit named: %s', (_, pattern, match, limit) => {
    expect(() => validatePattern(pattern, match)).toThrow(
      expect.objectContaining({
        code: 'ERR_BUS_INVALID_PATTERN',
        message: expect.stringContaining(limit),
      }),
    );
  });
});

describe('a hostile table', () => {
  it.each(hostileTables)('costs each look-up few steps: %s', (_, count, make, match) => {
    const router = tableOf(many(count, make), match);
    expect(router.routeCount).toBeGreaterThan(16);
    expectSteps(router, hostileKeys(LONGEST), LOOK_UP_STEPS_MAX);
    if (match === 'glob') expectSteps(router, hostileKeys(256), SHORT_LOOK_UP_STEPS_MAX);
  });
});
