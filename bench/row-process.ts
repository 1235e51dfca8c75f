/** The process of one row (`own-process.ts`): is told which, runs it, tells what came of it and ends. */

import { errorText } from './harness/error-text.ts';
import type { RowOutcome, RowTask } from './own-process.ts';
import { rows } from './rows.ts';

process.once('message', (task: RowTask) => void tell(task));

async function tell(task: RowTask): Promise<void> {
  const outcome = await outcomeOf(task);
  // A failed row may leave threads that wait for a lost message; a good one must end by itself.
  process.send?.(outcome, () => {
    if ('failure' in outcome) process.exit(1);
    process.disconnect();
  });
}

async function outcomeOf({ name, plan }: RowTask): Promise<RowOutcome> {
  const row = rows.find((each) => each.name === name);
  if (row === undefined) return { failure: `there is no row ${name}` };
  try {
    return { result: await row.run(plan) };
  } catch (error) {
    return { failure: errorText(error) };
  }
}
