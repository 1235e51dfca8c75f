/** CPU time of the calling thread, where the system says it. */
import { readFileSync } from 'node:fs';

/** Linux: nanoseconds on a core, nanoseconds waiting for one, time slices; of the reading thread. */
const SCHEDSTAT_PATH = '/proc/thread-self/schedstat';
const NS_PER_US = 1_000;

/** Microseconds that this thread has spent on a core, or undefined where nothing says so. */
export function threadCpuUs(path: string = SCHEDSTAT_PATH): number | undefined {
  try {
    return parseSchedstatUs(readFileSync(path, 'utf8'));
  } catch {
    // Another system, or a kernel without scheduler statistics.
    return undefined;
  }
}

export function parseSchedstatUs(text: string): number | undefined {
  const match = /^(\d+) \d+ \d+\s*$/.exec(text);
  return match === null ? undefined : Number(match[1]) / NS_PER_US;
}
