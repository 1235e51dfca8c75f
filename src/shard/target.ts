/**
 * A receiver as the shard sees it: an endpoint, a subscription or a client's sink for failure reports, with the cells
 * it may use here. Its waiting deliveries form a queue in its link's cell pool.
 */
import type { TargetSpec } from '../control/commands.ts';
import type { WaitQueue } from './parking.ts';
import type { ShardLink } from './shard-link.ts';

const NONE = -1;

/** Of a client's cells, what its sink for failure reports keeps at most. */
const SINK_SHARE_MAX = 1 / 2;

export class Target {
  readonly spec: TargetSpec;
  readonly link: ShardLink;
  /** Deliveries on loan and cells in use at most; scaled down when many targets share a client's cells. */
  loanMax: number;
  cellMax: number;
  loans = 0;
  used = 0;
  /** Takes new messages. */
  active = true;
  /** Something may be pushed or placed: it stands in the shard's list of such targets. */
  stirred = false;
  /** Queues of messages that wait for room here. */
  readonly waiters: Set<WaitQueue> = new Set();
  /** Messages that wait for this very target. */
  ownQueue: WaitQueue | undefined;
  #first = NONE;
  #last = NONE;

  constructor(spec: TargetSpec, link: ShardLink) {
    this.spec = spec;
    this.link = link;
    this.loanMax = spec.window;
    this.cellMax = this.cellsWanted;
  }

  /** Those that drop their oldest need waiting cells besides the loans, since what is on loan cannot be dropped. */
  get cellsWanted(): number {
    return this.spec.whenFull === 'drop-oldest' ? 2 * this.spec.window : this.spec.window;
  }

  get hasRoom(): boolean {
    return this.used < this.cellMax && this.link.cells.free > 0;
  }

  /** The oldest waiting cell, −1: none. */
  get firstWaiting(): number {
    return this.#first;
  }

  enqueue(cell: number): void {
    const { after, before } = this.link.cells;
    after[cell] = NONE;
    before[cell] = this.#last;
    if (this.#last === NONE) this.#first = cell;
    else after[this.#last] = cell;
    this.#last = cell;
  }

  /** Takes a waiting cell out of the queue, wherever it stands. */
  unqueue(cell: number): void {
    const { after, before } = this.link.cells;
    const next = after[cell] as number;
    const previous = before[cell] as number;
    if (previous === NONE) this.#first = next;
    else after[previous] = next;
    if (next === NONE) this.#last = previous;
    else before[next] = previous;
  }
}

/**
 * Shares a client's cells among its targets: all get what they want while it fits, else in proportion, at least one. The
 * sink for failure reports keeps its own: a report without a cell would leave a failure without its error.
 */
export function shareCells(targets: Iterable<Target>, cells: number): void {
  const all = [...targets];
  const sinks = all.filter((target) => target.spec.kind === 'reports');
  const others = all.filter((target) => target.spec.kind !== 'reports');
  const kept = Math.min(sumWanted(sinks), cells * SINK_SHARE_MAX);
  const share = Math.min(1, (cells - kept) / sumWanted(others));
  for (const target of sinks) allot(target, Math.min(Math.floor(kept), target.cellsWanted));
  for (const target of others) allot(target, Math.floor(target.cellsWanted * share));
}

function allot(target: Target, cells: number): void {
  target.cellMax = Math.max(1, cells);
  target.loanMax = Math.max(1, Math.min(target.spec.window, target.cellMax));
}

function sumWanted(targets: readonly Target[]): number {
  return targets.reduce((sum, target) => sum + target.cellsWanted, 0);
}
