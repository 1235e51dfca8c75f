/**
 * What is still held when nothing should be: by a client core, by a shard core, and by the process. The counts have
 * names, so that a failing `expect(...).toEqual({})` says what leaked. `at-rest.ts` asks the same of a running bus.
 */
import type { ClientCore } from '../../src/client/client-core.ts';
import type { ShardState } from '../../src/shard/shard-state.ts';

/** Counts by name; only those that are not 0. */
export type Held = Record<string, number>;

/** Slots, loans, blocks and pending calls of a client. Keys that are only interned are evicted first: they are no leak. */
export function heldByClient(core: ClientCore): Held {
  core.interner.clear();
  const loans = core.links.reduce((sum, link) => sum + countOf(link.loans), 0);
  return nonZero({
    slotsUsed: core.slots.used,
    outstanding: core.outstanding,
    pending: countOf(core.slots.pending),
    loansHeld: loans,
    heapBytesUsed: core.heap.usedBytes,
  });
}

/** Messages, cells, loans, lent replies and timers in care of a shard, and links of clients that have left. */
export function heldByShard({
  linkList,
  stirred,
  untold,
  uncounted,
  backingOff,
  targets,
}: ShardState): Held {
  const sum = (of: (link: (typeof linkList)[number]) => number): number =>
    linkList.reduce((total, link) => total + of(link), 0);
  return nonZero({
    inCare: sum((link) => link.inCare),
    cells: sum((link) => link.cells.used),
    borrowed: sum((link) => link.borrowed),
    loans: sum((link) => link.loanCount.reduce((a, b) => a + b, 0)),
    deadlines: sum((link) => link.deadlines.count),
    held: sum((link) => link.held),
    parked: sum((link) => link.parking.count),
    linksOfTheGone: linkList.filter(({ down }) => down).length,
    stirred: stirred.length,
    untold: untold.length,
    uncounted: uncounted.length,
    backingOff: backingOff.size,
    lanes: targets.reduce((total, target) => total + (target?.lanes?.size ?? 0), 0),
    idsInHand: targets.reduce((total, target) => total + (target?.dedupe?.size ?? 0), 0),
  });
}

/** Timers, ports, threads and the like that the process waits for, and listeners on `process`, by name. */
export function footprint(): Held {
  const counts: Held = {};
  const note = (name: string, count: number): void => {
    counts[name] = (counts[name] ?? 0) + count;
  };
  for (const resource of process.getActiveResourcesInfo()) note(resource, 1);
  for (const event of process.eventNames()) {
    note(`on ${String(event)}`, process.listenerCount(event));
  }
  return counts;
}

/** What there is more of now than before. */
export function grownSince(before: Held): Held {
  return nonZero(
    Object.fromEntries(
      Object.entries(footprint()).map(([name, count]) => [
        name,
        Math.max(0, count - (before[name] ?? 0)),
      ]),
    ),
  );
}

function countOf(list: readonly unknown[]): number {
  return list.filter((item) => item !== undefined && item !== null).length;
}

function nonZero(counts: Held): Held {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== 0));
}
