/**
 * The threads of a bus's shards, so that a bench can kill one. A bus gives them to nobody; they are known by what main
 * tells them.
 */

import { Worker } from 'node:worker_threads';

export interface ShardThreads {
  /** Those that are alive, in the order in which they were first told something. */
  readonly living: () => readonly Worker[];
  /** Watches no more. */
  readonly stop: () => void;
}

/** From now on; call it before the bus is created, and have no other bus meanwhile. */
export function watchShardThreads(): ShardThreads {
  const threads = new Set<Worker>();
  const original = Worker.prototype.postMessage;
  Worker.prototype.postMessage = function (...values: Parameters<Worker['postMessage']>): void {
    const told = values[0] as { readonly command?: { readonly op?: string } } | undefined;
    const op = told?.command?.op;
    if (op === 'attach' || op === 'takeOver') threads.add(this);
    original.apply(this, values);
  };
  return {
    // Node's number of a thread that has ended is negative.
    living: () => [...threads].filter(({ threadId }) => threadId > 0),
    stop: () => {
      Worker.prototype.postMessage = original;
    },
  };
}
