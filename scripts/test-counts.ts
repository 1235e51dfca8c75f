/**
 * Prints `N passed, N failed` from the vitest report that is named by the first argument: the
 * closing line of `.ci/run`. No report, or one without a test, is a failure too.
 */

import { readFileSync } from 'node:fs';
import type { TestCounts } from './test-report.ts';
import { countTests } from './test-report.ts';

const { passed, failed } = readCounts(process.argv[2] ?? '');
console.log(`${passed} passed, ${failed} failed`);
if (failed > 0 || passed === 0) process.exitCode = 1;

function readCounts(path: string): TestCounts {
  try {
    return countTests(readFileSync(path, 'utf8'));
  } catch (error) {
    console.error(`${path} is no report of tests: ${String(error)}`);
    return { passed: 0, failed: 1 };
  }
}
