/** `npm run bench`: the benches as a program of their own. */

import { runBenches } from './program.ts';

const exitCode = await runBenches(
  process.argv.slice(2),
  (text) => process.stdout.write(text),
  (text) => process.stderr.write(text),
);
// A failed row may leave threads that wait for a lost message; a good one must end by itself.
if (exitCode === 1) process.exit(exitCode);
process.exitCode = exitCode;
