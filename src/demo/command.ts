/** The command `symphony-bus demo`: arguments in, text out, and the exit code as the result. */
import { DEMO_USAGE, parseDemoOptions } from './options.ts';
import type { Output } from './progress.ts';
import { runDemo } from './run.ts';
import { formatSummary, summaryObject } from './summary.ts';

export interface Console {
  readonly out: Output;
  readonly error: Output;
}

const EXIT_OK = 0;
const EXIT_FAULT = 1;
const EXIT_USAGE = 2;

/** Rejects never: what goes wrong is said on `error`, and is the exit code. */
export async function demoCommand(
  args: readonly string[],
  { out, error }: Console,
): Promise<number> {
  const parsed = parseDemoOptions(args);
  if ('help' in parsed) {
    out.write(DEMO_USAGE);
    return EXIT_OK;
  }
  if ('problem' in parsed) {
    error.write(`${parsed.problem}\n\n${DEMO_USAGE}`);
    return EXIT_USAGE;
  }
  const { options } = parsed;
  try {
    const result = await runDemo(options, options.json ? error : out);
    out.write(
      options.json
        ? `${JSON.stringify(summaryObject(result), undefined, 2)}\n`
        : formatSummary(result),
    );
    return result.faults.length === 0 ? EXIT_OK : EXIT_FAULT;
  } catch (failure) {
    const text = failure instanceof Error ? (failure.stack ?? failure.message) : String(failure);
    error.write(`FAILED\n  the run could not be finished: ${text}\n`);
    return EXIT_FAULT;
  }
}
