/**
 * Runs a row in a process of its own, so that the rows before it decide nothing: which code is compiled for whose types,
 * and from which size on the C library gives memory back, which large messages shift for the rest of a process.
 */

import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Plan } from './harness/plan.ts';
import type { RowResult } from './rows.ts';

/** What the process is told, and what it tells. */
export interface RowTask {
  readonly name: string;
  readonly plan: Plan;
}
export type RowOutcome = { readonly result: RowResult } | { readonly failure: string };

/** Rejects with what failed there, or when the process ends without a word. */
export function runInOwnProcess(task: RowTask): Promise<RowResult> {
  const file = fileURLToPath(new URL('row-process.js', import.meta.url));
  return new Promise((resolve, reject) => {
    const child = fork(file, [], { serialization: 'advanced' });
    child.once('message', (outcome) => {
      const told = outcome as RowOutcome;
      if ('result' in told) resolve(told.result);
      else reject(new Error(told.failure));
    });
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      reject(new Error(`its process ended with ${signal ?? code}`));
    });
    child.send(task);
  });
}
