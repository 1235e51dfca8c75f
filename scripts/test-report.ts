/** What vitest's JSON report says in two numbers. Reads no file and decides no exit code. */

export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
}

/** The part of the report that is read here. */
interface TestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: readonly {
    readonly status: string;
    readonly assertionResults: readonly unknown[];
  }[];
}

/**
 * A test file that could not be loaded holds no failed test; it counts as one failure all the same.
 * Throws a SyntaxError when the text is not JSON.
 */
export function countTests(reportText: string): TestCounts {
  const report = JSON.parse(reportText) as TestReport;
  const unloaded = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  );
  return { passed: report.numPassedTests, failed: report.numFailedTests + unloaded.length };
}
