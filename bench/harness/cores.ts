/**
 * How busy the machine and this process are: what ran beside a round decides what its figures are
 * worth. Resolution is a clock tick (10 ms on Linux), so short rounds show steps.
 */

import { cpus } from 'node:os';

export interface CoreUse {
  readonly atMs: number;
  readonly processCpuMs: number;
  readonly machineCpuMs: number;
}

export interface CoreUseBetween {
  readonly wallMs: number;
  readonly processCpuMs: number;
  /** Cores kept busy by other processes, on average. */
  readonly coresBeside: number;
}

export function coreUse(): CoreUse {
  // The machine first: what is read later can only be larger, and so "beside" is not overstated.
  const machineCpuMs = machineBusyMs();
  const { user, system } = process.cpuUsage();
  return { atMs: performance.now(), processCpuMs: (user + system) / 1_000, machineCpuMs };
}

export function coreUseSince(start: CoreUse): CoreUseBetween {
  const end = coreUse();
  const wallMs = end.atMs - start.atMs;
  const processCpuMs = end.processCpuMs - start.processCpuMs;
  const besideMs = end.machineCpuMs - start.machineCpuMs - processCpuMs;
  return { wallMs, processCpuMs, coresBeside: Math.max(0, besideMs) / wallMs };
}

function machineBusyMs(): number {
  let busyMs = 0;
  for (const { times } of cpus()) busyMs += times.user + times.nice + times.sys + times.irq;
  return busyMs;
}
