/**
 * What an uncached look-up costs in a table of 100 000 globs, and what the worst accepted tables cost:
 *
 *     a sixth each of   lit.*   *.lit   *lit*   *.lit.*   l?it[0-9]*   [a-c]*lit     lit: 1–12 letters
 *     100 that match every key, and families of 10 and 1 000 globs that match one key each
 *
 * One thread, no shard: the cache of resolutions that a shard keeps is left out. Each kind of key is
 * checked against all patterns matched one by one. Figures are µs of wall time.
 */

import { matchGlob } from '../src/routing/glob-match.ts';
import { parseGlob } from '../src/routing/glob-parse.ts';
import { KeyView } from '../src/routing/key-view.ts';
import { Router, type RouteSpec } from '../src/routing/router.ts';

export interface LookUpFigures {
  readonly keys: string;
  /** Routes that match the first key of its kind. */
  readonly routes: number;
  readonly p50Us: number;
  readonly p99Us: number;
}

export interface RoutingFigures {
  readonly routes: number;
  readonly addMs: number;
  readonly lookUps: readonly LookUpFigures[];
}

export interface RoutingPlan {
  /** Random globs in the table. */
  readonly globs: number;
  readonly lookUpsPerKind: number;
}

export const fullRoutingPlan: RoutingPlan = { globs: 100_000, lookUpsPerKind: 20_000 };

const TARGETS = 1000;
const MATCH_ALL = 100;
const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
const LITERAL_MAX = 12;

/** Throws when the router finds other routes than matching all patterns one by one does. */
export function measureRouting(plan: RoutingPlan): RoutingFigures {
  const letters = new LetterSource(20_231);
  const patterns = patternsOf(plan.globs, letters);
  const router = new Router();
  const start = performance.now();
  router.addRoutes(patterns.map(routeOf));
  const addMs = performance.now() - start;
  const lookUps = Object.entries(keysOf(plan.lookUpsPerKind, letters)).map(([name, keys]) => {
    const routes = checkedCount(router, patterns, keys[0] as string);
    return { keys: name, routes, ...timesOf(router, keys) };
  });
  return { routes: router.routeCount, addMs, lookUps };
}

const SHAPES: readonly ((literal: string) => string)[] = [
  (literal) => `${literal}.*`,
  (literal) => `*.${literal}`,
  (literal) => `*${literal}*`,
  (literal) => `*.${literal}.*`,
  (literal) => `${literal[0]}?${literal.slice(1)}[0-9]*`,
  (literal) => `[a-c]*${literal}`,
];

/** Digits and capital letters, which no random literal has: only its own family matches each key. */
const TEN = '0918273645';
const THOUSAND = 'QWERTYUIOPASDFGHJKLZXCVBNM-MNBVCXZLKJHGFDSAPOIUYTREWQ';

/** So many distinct globs of the six shapes. */
export function globsOf(count: number): string[] {
  const letters = new LetterSource(20_231);
  const globs = new Set<string>();
  for (let i = 0; globs.size < count; i++) globs.add(globOf(i, letters));
  return [...globs];
}

function globOf(place: number, letters: LetterSource): string {
  const shape = SHAPES[place % SHAPES.length] as (typeof SHAPES)[number];
  return shape(letters.word(1 + letters.below(LITERAL_MAX)));
}

function patternsOf(globs: number, letters: LetterSource): string[] {
  const patterns = Array.from({ length: globs }, (_none, place) => globOf(place, letters));
  for (let stars = 1; stars <= MATCH_ALL; stars++) patterns.push('*'.repeat(stars));
  patterns.push(...partsOf(TEN, 10), ...partsOf(THOUSAND, 1000));
  return patterns;
}

/** So many globs, each with another part of the key. */
function partsOf(key: string, count: number): string[] {
  const parts = new Set<string>();
  for (let length = 2; length < key.length; length++) {
    for (let start = 0; start + length <= key.length; start++) {
      if (parts.size === count) return [...parts];
      parts.add(`*${key.slice(start, start + length)}*`);
    }
  }
  return [...parts];
}

function keysOf(count: number, letters: LetterSource): Record<string, readonly string[]> {
  const many = (make: () => string): string[] => Array.from({ length: count }, make);
  const few = (make: () => string): string[] => Array.from({ length: count / 20 }, make);
  return {
    'matched by the 100 only': many(() => `0_${letters.below(1_000_000)}`),
    'and by 10 more': many(() => TEN),
    'and by 1 000 more': many(() => THOUSAND),
    // What is found for one key is of no use for the next.
    'and by others for each key': few(() => `${THOUSAND}.${letters.word(8)}`),
    'random, 3–22 letters': many(() => letters.word(3 + letters.below(20))),
    'random, three words': many(() =>
      [2, 2, 1].map((least) => letters.word(least + letters.below(8))).join('.'),
    ),
    'random, 256 letters': few(() => letters.word(256)),
    'random, 4 096 letters': few(() => letters.word(4096)),
  };
}

function routeOf(pattern: string, id: number): RouteSpec {
  const target = id % TARGETS;
  const rest = { priority: 0, balance: 'round-robin', order: id, weight: 1, cursor: 0 };
  return { id, pattern, match: 'glob', target, ...rest };
}

function checkedCount(router: Router, patterns: readonly string[], key: string): number {
  let found = 0;
  for (const set of router.resolve(key).sets) found += set.members.length;
  const view = new KeyView(key);
  const expected = patterns.filter((pattern) => matchGlob(parseGlob(pattern), view)).length;
  if (found !== expected) {
    throw new Error(`${found} routes were found for ${key.slice(0, 40)}, not ${expected}`);
  }
  return found;
}

function timesOf(router: Router, keys: readonly string[]): { p50Us: number; p99Us: number } {
  for (const key of keys.slice(0, keys.length / 4)) router.resolve(key);
  const times = new Float64Array(keys.length);
  for (let i = 0; i < keys.length; i++) {
    const start = performance.now();
    router.resolve(keys[i] as string);
    times[i] = (performance.now() - start) * 1000;
  }
  times.sort();
  const at = (part: number): number => times[Math.floor(part * times.length)] as number;
  return { p50Us: at(0.5), p99Us: at(0.99) };
}

/** The same letters in every run. */
class LetterSource {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** 0 … limit − 1. */
  below(limit: number): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) | 0;
    return Math.floor(((this.#state >>> 0) / 2 ** 32) * limit);
  }

  word(length: number): string {
    let word = '';
    for (let i = 0; i < length; i++) word += LETTERS[this.below(LETTERS.length)];
    return word;
  }
}
