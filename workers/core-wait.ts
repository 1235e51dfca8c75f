/** How long the threads of this process have waited for a core, where the system says it (Linux). */
import { readdirSync, readFileSync } from 'node:fs';

const TASKS = '/proc/self/task';
const NS_PER_MS = 1e6;

/** Ms that all living threads of the process have been ready to run without a core; undefined where nothing says so. */
export function coreWaitMs(tasks: string = TASKS): number | undefined {
  let waitedNs = 0;
  try {
    for (const thread of readdirSync(tasks)) waitedNs += waitedNsOf(`${tasks}/${thread}/schedstat`);
  } catch {
    return undefined;
  }
  return waitedNs / NS_PER_MS;
}

/** Nanoseconds on a core, nanoseconds waiting for one, time slices. */
function waitedNsOf(path: string): number {
  const waited = Number(readFileSync(path, 'latin1').split(' ')[1]);
  if (Number.isNaN(waited)) throw new RangeError(`${path} does not tell how long a thread waited`);
  return waited;
}
