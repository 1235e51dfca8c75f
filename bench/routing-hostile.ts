/**
 * What the worst accepted patterns cost: each alone against the longest keys, and whole look-ups in tables of them, of
 * which as many are in as the limits let in. One thread, no shard; ms of wall time, medians of a few. The steps that
 * each takes are counted and bounded by the tests.
 */

import { BusError } from '../src/message/errors.ts';
import { validatePattern } from '../src/routing/pattern.ts';
import { Router } from '../src/routing/router.ts';
import { spreadOf } from './harness/statistics.ts';
import {
  type HostileMatch,
  hostileKeys,
  hostilePatterns,
  hostileTables,
} from './hostile-patterns.ts';

export interface HostileFigures {
  /** The costliest pattern alone, with the longest keys. */
  readonly pattern: WorstMs;
  /** Whole look-ups, by length of the key. */
  readonly table: WorstMs;
  readonly tableOf256: WorstMs;
}

export interface WorstMs {
  readonly name: string;
  readonly ms: number;
  /** What is asked for, ms at most. */
  readonly reach: number;
  readonly isReached: boolean;
}

const LONGEST = 4096;
const SHORT = 256;

/** `patternsMax` of each table; each look-up is repeated so often. */
export interface HostilePlan {
  readonly patternsMax: number;
  readonly lookUps: number;
}

/** Rejects when a table has no route, or a look-up gives another answer when it is repeated. */
export function measureHostile({ lookUps, patternsMax }: HostilePlan): HostileFigures {
  let pattern = nothing(2);
  for (const [name, text, match] of hostilePatterns) {
    pattern = worse(pattern, name, worstOf(tableOf([text], match), LONGEST, lookUps));
  }
  let table = nothing(50);
  let tableOf256 = nothing(5);
  for (const [name, count, make, match] of hostileTables) {
    const size = Math.min(count, patternsMax);
    const router = tableOf(
      Array.from({ length: size }, (_none, number) => make(number)),
      match,
    );
    table = worse(table, name, worstOf(router, LONGEST, lookUps));
    tableOf256 = worse(tableOf256, name, worstOf(router, SHORT, lookUps));
  }
  return { pattern, table, tableOf256 };
}

export function hostileText({ pattern, table, tableOf256 }: HostileFigures): string {
  const line = (what: string, { isReached, ms, name, reach }: WorstMs): string =>
    `  ${what}: ${ms.toFixed(2)} ms (${name}), asked for at most ${reach}: ${isReached ? 'reached' : 'NOT REACHED'}`;
  return [
    'the worst that are accepted; one thread, ms a look-up',
    line('one pattern, the longest key', pattern),
    line('a table, keys of 256 bytes', tableOf256),
    line('a table, the longest key', table),
  ].join('\n');
}

function nothing(reach: number): WorstMs {
  return { name: 'nothing', ms: 0, reach, isReached: true };
}

function worse(before: WorstMs, name: string, ms: number): WorstMs {
  const { reach } = before;
  return ms <= before.ms ? before : { name, ms, reach, isReached: ms <= reach };
}

/** Adds what the limits let in. */
function tableOf(patterns: readonly string[], match: HostileMatch): Router {
  const router = new Router();
  patterns.forEach((pattern, id) => {
    const rest = {
      priority: 0,
      target: 1,
      balance: 'round-robin',
      order: id,
      weight: 1,
      cursor: 0,
    };
    try {
      const { regex } = validatePattern(pattern, match);
      router.addRoutes([{ id, pattern, match, regex, ...rest }]);
    } catch (error) {
      if (!BusError.isBusError(error) || error.code !== 'ERR_BUS_FULL') throw error;
    }
  });
  if (router.routeCount === 0) throw new Error('a hostile table has no route');
  return router;
}

function worstOf(router: Router, keyLength: number, lookUps: number): number {
  let worst = 0;
  for (const key of hostileKeys(keyLength)) {
    const found = router.resolve(key).sets.length;
    const times = Array.from({ length: lookUps }, () => {
      const start = performance.now();
      const again = router.resolve(key).sets.length;
      const ms = performance.now() - start;
      if (again !== found) throw new Error(`${again} routes were found, ${found} before`);
      return ms;
    });
    worst = Math.max(worst, spreadOf(times).median);
  }
  return worst;
}
