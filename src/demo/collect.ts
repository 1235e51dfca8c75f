/** Gets the logs from the threads that wrote them, when nothing more is on its way to them. */
import type { ThreadLog } from './check.ts';
import type { LogRequest, LogState } from './endpoint-thread.ts';
import { logKey } from './endpoint-thread.ts';
import { RECEIPTS_PER_PAGE } from './receipt-log.ts';

/** The one verb that is used here. */
export interface AskingBus {
  request(key: string, payload: unknown): Promise<unknown>;
}

export interface CollectClock {
  /** Milliseconds. */
  readonly now: () => number;
  readonly pause: (durationMs: number) => Promise<void>;
}

/** Between two looks at the logs. */
const LOOK_MS = 20;
/** So long without one more receipt, and what is missing is not waited for any longer. */
const QUIET_MS = 3_000;
/** A message that comes twice may come late: after the last one was due this much is waited. */
const LINGER_MS = 100;

/**
 * The logs of all workers. `startedAs` are their thread ids as the starting thread knows them, by
 * worker; `expected` is how many receipts there must be in all.
 */
export async function collectLogs(
  bus: AskingBus,
  startedAs: readonly number[],
  expected: number,
  clock: CollectClock,
): Promise<ThreadLog[]> {
  await untilComplete(bus, startedAs, expected, clock);
  await clock.pause(LINGER_MS);
  return Promise.all(startedAs.map((threadId, worker) => readLog(bus, worker, threadId)));
}

async function untilComplete(
  bus: AskingBus,
  workers: readonly number[],
  expected: number,
  clock: CollectClock,
): Promise<void> {
  let last = -1;
  let lastChangeMs = clock.now();
  while (true) {
    const states = await Promise.all(workers.map((_, worker) => stateOf(bus, worker)));
    const count = states.reduce((sum, state) => sum + state.count, 0);
    if (count >= expected) return;
    if (count !== last) lastChangeMs = clock.now();
    else if (clock.now() - lastChangeMs >= QUIET_MS) return;
    last = count;
    await clock.pause(LOOK_MS);
  }
}

async function readLog(bus: AskingBus, worker: number, startedAs: number): Promise<ThreadLog> {
  const { threadId, count } = await stateOf(bus, worker);
  const pages: Uint32Array[] = [];
  for (let page = 0; page * RECEIPTS_PER_PAGE < count; page++) {
    pages.push((await ask(bus, worker, { ask: 'page', page })) as Uint32Array);
  }
  return { worker, threadId, startedAs, count, pages };
}

async function stateOf(bus: AskingBus, worker: number): Promise<LogState> {
  return (await ask(bus, worker, { ask: 'count' })) as LogState;
}

function ask(bus: AskingBus, worker: number, request: LogRequest): Promise<unknown> {
  return bus.request(logKey(worker), request);
}
