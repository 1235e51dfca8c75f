/**
 * What it costs to register 100 000 globs through the bus, and to take them out again: one by one, and all of them with
 * their endpoint. Main and the shards, each on a core where there are enough.
 */

import { createBus, type RouteEntry } from '../src/index.ts';
import { matchGlob } from '../src/routing/glob-match.ts';
import { parseGlob } from '../src/routing/glob-parse.ts';
import { KeyView } from '../src/routing/key-view.ts';
import { globsOf } from './routing.ts';

export interface RegistrationFigures {
  readonly shards: number;
  readonly routes: number;
  readonly registerMs: number;
  /** Of one route, awaited. */
  readonly removeUs: number;
  /** Of all that are left, with their endpoint. */
  readonly closeMs: number;
  /** Ms of `registerRoutes`, at most. */
  readonly reach: number;
  readonly isReached: boolean;
}

export interface RegistrationPlan {
  readonly globs: number;
  readonly removals: number;
}

const REACH_MS = 2_000;
const ENDPOINT = 'globs';
/** Has pieces of many literals. */
const KEY = 'a.quick.brown.fox.jumps.over.the.lazy.dog.abcdefg';

/** With 1 and 2 shards. Rejects when other routes are found than matching all patterns one by one finds. */
export async function measureRegistration(plan: RegistrationPlan): Promise<RegistrationFigures[]> {
  const figures: RegistrationFigures[] = [];
  for (const shards of [1, 2]) figures.push(await measureWith(shards, plan));
  return figures;
}

async function measureWith(shards: number, plan: RegistrationPlan): Promise<RegistrationFigures> {
  const bus = await createBus({ shards });
  try {
    const endpoint = await bus.registerEndpoint(ENDPOINT, () => undefined);
    const patterns = globsOf(plan.globs);
    const entries: RouteEntry[] = patterns.map((pattern) => ({ pattern, endpoint: ENDPOINT }));
    const start = performance.now();
    const routes = await bus.registerRoutes(entries);
    const registerMs = performance.now() - start;
    const find = async (): Promise<number> => (await bus.findAllRoutes(KEY)).length;
    await require(find, countOf(patterns));
    const removalStart = performance.now();
    for (const route of routes.slice(0, plan.removals)) await route.remove();
    const removeUs = ((performance.now() - removalStart) * 1_000) / plan.removals;
    await require(find, countOf(patterns.slice(plan.removals)));
    const closeStart = performance.now();
    await endpoint.close();
    const closeMs = performance.now() - closeStart;
    await require(find, 0);
    const isReached = registerMs < REACH_MS;
    return {
      shards,
      routes: routes.length,
      registerMs,
      removeUs,
      closeMs,
      reach: REACH_MS,
      isReached,
    };
  } finally {
    await bus.close();
  }
}

function countOf(patterns: readonly string[]): number {
  const view = new KeyView(KEY);
  return patterns.filter((pattern) => matchGlob(parseGlob(pattern), view)).length;
}

async function require(find: () => Promise<number>, expected: number): Promise<void> {
  const found = await find();
  if (found !== expected) throw new Error(`${found} routes match ${KEY}, not ${expected}`);
}

export function registrationText(figures: readonly RegistrationFigures[]): string {
  return [
    `${figures[0]?.routes ?? 0} distinct globs of one endpoint, registered by main`,
    ...figures.map(({ closeMs, isReached, reach, registerMs, removeUs, shards }) => {
      const asked = `asked for under ${reach}: ${isReached ? 'reached' : 'NOT REACHED'}`;
      const removal = `one removed in ${removeUs.toFixed(0)} us, the rest with the endpoint in ${closeMs.toFixed(0)} ms`;
      return `  ${shards} shards: ${registerMs.toFixed(0)} ms, ${asked}; ${removal}`;
    }),
  ].join('\n');
}
