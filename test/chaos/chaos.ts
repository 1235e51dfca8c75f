/** Rounds of chaos, one after the other, and whether the process is as it was in the end. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { footprint, grownSince } from '../helpers/leaks.ts';
import { LOOK_MS, later } from './kill.ts';
import { type Death, IN_FLIGHT_MIN, Round } from './round.ts';

/** A round's logs are as long as the round. */
const ROUND_MS = 10_000;
/** What the process may have more after the last round than after the first: compiled code, caches. */
const HEAP_GROWTH_MAX = 16 * 2 ** 20;
const BUFFERS_GROWTH_MAX = 2 ** 20;
const COLLECTIONS = 4;

export interface ChaosResult {
  readonly rounds: number;
  readonly deaths: readonly Death[];
  readonly sent: number;
  readonly handled: number;
  readonly duplicates: number;
  readonly lost: number;
  /** Requests to the pool that were told that it had no thread. */
  readonly refused: number;
  /** Empty: all is well. */
  readonly problems: readonly string[];
}

/** Ends after the first round in which something is wrong. */
export async function runChaos(seconds: number, seed: number): Promise<ChaosResult> {
  const rounds = Math.max(1, Math.round((seconds * 1_000) / ROUND_MS));
  const durationMs = (seconds * 1_000) / rounds;
  const collectGarbage = garbageCollector();
  const deaths: Death[] = [];
  const total = { rounds: 0, sent: 0, handled: 0, duplicates: 0, lost: 0, refused: 0 };
  const problems: string[] = [];
  const before = footprint();
  let first: NodeJS.MemoryUsage | undefined;
  while (total.rounds < rounds && problems.length === 0) {
    const result = await new Round(seed + total.rounds, durationMs).run();
    const { verdict } = result;
    deaths.push(...result.deaths);
    problems.push(...verdict.problems);
    total.rounds += 1;
    total.sent += verdict.sent;
    total.handled += verdict.handled;
    total.duplicates += verdict.duplicates;
    total.lost += verdict.lost;
    total.refused += verdict.refused;
    await collectGarbage();
    first ??= process.memoryUsage();
  }
  for (const [name, count] of Object.entries(grownSince(before))) {
    problems.push(`the process has ${count} more of ${name} than before`);
  }
  if (first !== undefined) problems.push(...grownMemory(first, process.memoryUsage()));
  const fewest = Math.min(...deaths.map(({ inFlight }) => inFlight));
  if (fewest < IN_FLIGHT_MIN) problems.push(`only ${fewest} messages were under way at a death`);
  return { ...total, deaths, problems };
}

function grownMemory(first: NodeJS.MemoryUsage, last: NodeJS.MemoryUsage): string[] {
  const problems: string[] = [];
  const heap = last.heapUsed - first.heapUsed;
  const buffers = last.arrayBuffers - first.arrayBuffers;
  if (heap > HEAP_GROWTH_MAX) problems.push(`the heap has grown by ${heap} bytes`);
  if (buffers > BUFFERS_GROWTH_MAX) problems.push(`buffers have grown by ${buffers} bytes`);
  return problems;
}

/** V8's own, wherever the process was started without its flag. What ended threads held goes in a later turn. */
function garbageCollector(): () => Promise<void> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  return async () => {
    for (let turn = 0; turn < COLLECTIONS; turn++) {
      collect();
      await later(LOOK_MS);
    }
  };
}
