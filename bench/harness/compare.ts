/**
 * Runs one comparison: all contestants are started and warmed up first, then take turns round after
 * round, so that whatever else the machine does hits all of them alike. The order turns by one
 * each round. It judges nothing.
 */

import type { AbsentPackage, Carrier, Comparison, Contestant, Sample } from './contestant.ts';
import { coreUse, coreUseSince } from './cores.ts';
import { within } from './deadline.ts';
import type { Plan } from './plan.ts';
import { ThreadRoll, threadSnapshot } from './thread-use.ts';

/** All samples of one contestant, in the order of the rounds. */
export interface Track {
  readonly name: string;
  readonly role: Contestant['role'];
  readonly samples: readonly Sample[];
}

export interface Measured {
  readonly tracks: readonly Track[];
  /** Contestants that could not run, with the package that is not installed. */
  readonly absent: readonly { readonly name: string; readonly package: string }[];
}

/** A round that is expected to take half a second and takes this long has lost a message. */
const RUN_LIMIT_MS = 60_000;

/** Carried before the speed of a contestant is known at all. */
const FIRST_COUNT = 64;

/** A warm-up ends, however slow the contestant is. */
const WARM_UP_LIMIT_MS = 30_000;

/** What a comparison needs of a plan. */
export type Pace = Pick<Plan, 'rounds' | 'roundMs' | 'warmUpMs' | 'warmUpMessages'>;

interface Lane {
  readonly contestant: Contestant;
  readonly carrier: Carrier;
  readonly samples: Sample[];
  readonly roll: ThreadRoll;
}

export async function compare(comparison: Comparison, plan: Pace): Promise<Measured> {
  const lanes: Lane[] = [];
  const absent: { name: string; package: string }[] = [];
  const roll = new ThreadRoll();
  try {
    for (const contestant of comparison.contestants) {
      const carrier = await within(contestant.start(), RUN_LIMIT_MS, `${contestant.name}: start`);
      if (isAbsent(carrier)) absent.push({ name: contestant.name, package: carrier.absent });
      else lanes.push({ contestant, carrier, samples: [], roll });
      roll.claim((number) => `${contestant.name}, thread ${number}`);
    }
    // A thread that is still starting would share the cores with the first one that warms up.
    for (const lane of lanes) await measure(lane, FIRST_COUNT);
    const counts: number[] = [];
    for (const lane of lanes) counts.push(await warmUp(lane, plan));
    for (let round = 0; round < plan.rounds; round += 1) {
      for (let turn = 0; turn < lanes.length; turn += 1) {
        const index = (round + turn) % lanes.length;
        const lane = lanes[index] as Lane;
        lane.samples.push(await measure(lane, counts[index] as number));
      }
    }
  } finally {
    for (const { carrier, contestant } of lanes) {
      await within(carrier.close(), RUN_LIMIT_MS, `${contestant.name}: close`);
    }
  }
  const tracks = lanes.map(({ contestant: { name, role }, samples }) => ({ name, role, samples }));
  return { tracks, absent };
}

/** Returns how many messages make a round of about `roundMs`. */
async function warmUp(lane: Lane, plan: Pace): Promise<number> {
  let count = FIRST_COUNT;
  let warmMs = 0;
  let carried = 0;
  let perMs = 0;
  const isWarm = (): boolean => warmMs >= plan.warmUpMs && carried >= plan.warmUpMessages;
  while (!isWarm() && warmMs < WARM_UP_LIMIT_MS) {
    const { wallMs } = await measure(lane, count);
    warmMs += wallMs;
    carried += count;
    perMs = count / wallMs;
    // Grown at most eightfold: the first messages are slow, and say little about the later ones.
    count = Math.min(count * 8, countFor(perMs, plan.roundMs));
  }
  return countFor(perMs, plan.roundMs);
}

function countFor(perMs: number, roundMs: number): number {
  return Math.max(FIRST_COUNT, Math.round(perMs * roundMs));
}

async function measure({ carrier, contestant, roll }: Lane, messages: number): Promise<Sample> {
  const threadsBefore = threadSnapshot();
  const start = coreUse();
  await within(carrier.run(messages), RUN_LIMIT_MS, `${contestant.name}: ${messages} messages`);
  const { wallMs, processCpuMs, threadCpuMs, coresBeside } = coreUseSince(start);
  const threads = roll.between(threadsBefore, threadSnapshot());
  return { messages, wallMs, cpuMs: processCpuMs, mainCpuMs: threadCpuMs, threads, coresBeside };
}

function isAbsent(started: Carrier | AbsentPackage): started is AbsentPackage {
  return 'absent' in started;
}
