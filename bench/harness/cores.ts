/**
 * How busy the machine and this process are: what ran beside a round decides what its figures are
 * worth. Resolution is a clock tick (10 ms on Linux), so short rounds show steps.
 */

import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';

export interface CoreUse {
  readonly atMs: number;
  readonly processCpuMs: number;
  /** Of the calling thread alone; undefined where the platform does not tell. */
  readonly threadCpuMs: number | undefined;
  readonly machineCpuMs: number;
}

export interface CoreUseBetween {
  readonly wallMs: number;
  readonly processCpuMs: number;
  readonly threadCpuMs: number | undefined;
  /** Cores kept busy by other processes, on average. */
  readonly coresBeside: number;
}

export function coreUse(): CoreUse {
  // The machine first: what is read later can only be larger, and so "beside" is not overstated.
  const machineCpuMs = machineBusyMs();
  const { user, system } = process.cpuUsage();
  return {
    atMs: performance.now(),
    processCpuMs: (user + system) / 1_000,
    threadCpuMs: threadCpuMs(),
    machineCpuMs,
  };
}

export function coreUseSince(start: CoreUse): CoreUseBetween {
  const end = coreUse();
  const wallMs = end.atMs - start.atMs;
  const processCpuMs = end.processCpuMs - start.processCpuMs;
  const besideMs = end.machineCpuMs - start.machineCpuMs - processCpuMs;
  return {
    wallMs,
    processCpuMs,
    threadCpuMs:
      start.threadCpuMs === undefined || end.threadCpuMs === undefined
        ? undefined
        : end.threadCpuMs - start.threadCpuMs,
    coresBeside: Math.max(0, besideMs) / wallMs,
  };
}

/** Linux counts nanoseconds on a core for each thread. */
function threadCpuMs(): number | undefined {
  try {
    const [onCoreNs] = readFileSync('/proc/thread-self/schedstat', 'latin1').split(' ');
    return Number(onCoreNs) / 1e6;
  } catch {
    return undefined;
  }
}

function machineBusyMs(): number {
  let busyMs = 0;
  for (const { times } of cpus()) busyMs += times.user + times.nice + times.sys + times.irq;
  return busyMs;
}
