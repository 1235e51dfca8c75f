/**
 * The bench program: picks rows, runs them one after another, each in a process of its own, prints figures. A row that loses or
 * alters a message ends the program with exit code 1; a figure that misses what is asked for does
 * not, since it may be the machine's doing: it is printed.
 */

import { argumentProblem } from '../src/options/argument-problem.ts';
import { errorText } from './harness/error-text.ts';
import { machine } from './harness/machine.ts';
import { type BenchOptions, optionNames, parseBenchOptions, usage } from './harness/options.ts';
import { fullPlan, type Plan, quickPlan } from './harness/plan.ts';
import { machineLine } from './harness/table.ts';
import { runInOwnProcess } from './own-process.ts';
import { type Row, rows } from './rows.ts';

type Write = (text: string) => void;

/** Runs the benches that `args` ask for; gives the exit code: 0, 1 for a failed row, 2 for misuse. */
export async function runBenches(
  args: readonly string[],
  write: Write,
  writeError: Write,
): Promise<number> {
  let options: BenchOptions;
  try {
    options = parseBenchOptions(args);
  } catch (error) {
    writeError(`${argumentProblem(error, optionNames)}\n\n${usage}`);
    return 2;
  }
  if (options.help) {
    write(usage);
    return 0;
  }
  const chosen = chosenRows(options.only);
  if (chosen.length === 0) {
    const names = rows.map(({ name }) => name).join(', ');
    writeError(`no row is named ${options.only.join(', ')}; there are: ${names}\n`);
    return 2;
  }
  return await runRows(chosen, options, write, writeError);
}

async function runRows(
  chosen: readonly Row[],
  options: BenchOptions,
  write: Write,
  writeError: Write,
): Promise<number> {
  const plan = planOf(options);
  const show: Write = options.json ? () => undefined : write;
  const origin = machine();
  show(`${machineLine(origin)}\n`);
  if (options.quick) show('a quick run: its figures mean nothing\n');
  const measured: object[] = [];
  for (const { name, run } of chosen) {
    try {
      // Figures that mean nothing need no process of their own, which takes its time.
      const { figures, text } = await (options.quick ? run(plan) : runInOwnProcess({ name, plan }));
      measured.push({ name, ...figures });
      show(`\n${name}: ${text}\n`);
    } catch (error) {
      writeError(`${name} FAILED: ${errorText(error)}\n`);
      return 1;
    }
  }
  if (options.json) {
    const { quick } = options;
    write(`${JSON.stringify({ machine: origin, quick, rows: measured }, undefined, 2)}\n`);
  }
  return 0;
}

function planOf({ quick, rounds }: BenchOptions): Plan {
  const plan = quick ? quickPlan : fullPlan;
  return rounds === undefined ? plan : { ...plan, rounds };
}

function chosenRows(only: readonly string[]): readonly Row[] {
  if (only.length === 0) return rows;
  return rows.filter(({ name }) => only.some((wanted) => name.startsWith(wanted)));
}
