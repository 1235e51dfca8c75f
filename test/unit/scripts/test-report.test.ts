import { describe, expect, it } from 'vitest';
import { countTests } from '../../../scripts/test-report.ts';

function reportText(failed: number, ...files: readonly [status: string, tests: number][]): string {
  const testResults = files.map(([status, tests]) => ({
    status,
    assertionResults: Array<object>(tests).fill({}),
  }));
  return JSON.stringify({ numPassedTests: 5, numFailedTests: failed, testResults });
}

describe('countTests', () => {
  it('gives the numbers of the report', () => {
    expect(countTests(reportText(0, ['passed', 5]))).toEqual({ passed: 5, failed: 0 });
    expect(countTests(reportText(2, ['failed', 7]))).toEqual({ passed: 5, failed: 2 });
  });

  it('counts a file that could not be loaded as a failure', () => {
    expect(countTests(reportText(0, ['passed', 5], ['failed', 0]))).toEqual({
      passed: 5,
      failed: 1,
    });
  });

  it('refuses what is no report', () => {
    expect(() => countTests('')).toThrow(SyntaxError);
  });
});
