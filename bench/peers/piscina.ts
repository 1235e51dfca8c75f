/**
 * Piscina, one worker thread, `run()` of a small object:
 *
 *     main --run(order)--> worker
 *          <--receipt-----
 *
 * Its two switches that matter here are all tried, and the bus is compared with the best of them.
 */

import { askingCarrier } from '../harness/asking.ts';
import type { AbsentPackage, Carrier, Contestant } from '../harness/contestant.ts';
import { ifInstalled } from './installed.ts';

const waits = ['sync', 'async', 'disabled'] as const;
const tasksPerWorker = [1, 64] as const;

/** The six variants, each with `lanes` requests under way. */
export function piscinas(lanes: number): Contestant[] {
  return waits.flatMap((atomics) =>
    tasksPerWorker.map((tasks) => ({
      name: `Piscina, atomics ${atomics}, ${tasks} a worker`,
      role: 'peer' as const,
      start: () => startPiscina(atomics, tasks, lanes),
    })),
  );
}

async function startPiscina(
  atomics: (typeof waits)[number],
  concurrentTasksPerWorker: number,
  lanes: number,
): Promise<Carrier | AbsentPackage> {
  const module = await ifInstalled('piscina', () => import('piscina'));
  if ('absent' in module) return module;
  const pool = new module.Piscina({
    filename: new URL('../threads/piscina-answers.js', import.meta.url).href,
    name: 'answerOrder',
    minThreads: 1,
    maxThreads: 1,
    atomics,
    concurrentTasksPerWorker,
  });
  return askingCarrier(
    (order) => pool.run(order),
    lanes,
    () => pool.destroy(),
  );
}
