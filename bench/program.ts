/**
 * The bench program: picks rows, runs them one after another, prints figures. A row that loses or
 * alters a message ends the program with exit code 1; a figure that misses what is asked for does
 * not, since it may be the machine's doing: it is printed.
 */

import { comparisons } from './benches.ts';
import { compare } from './harness/compare.ts';
import { type ComparisonFigures, figuresOf } from './harness/figures.ts';
import { machine } from './harness/machine.ts';
import { type BenchOptions, parseBenchOptions, usage } from './harness/options.ts';
import { fullPlan, type Plan, quickPlan } from './harness/plan.ts';
import { comparisonTable, machineLine } from './harness/table.ts';
import { IDLE_NAME, type IdleFigures, idleAfterTraffic } from './idle-after-traffic.ts';

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
    writeError(`${errorText(error)}\n\n${usage}`);
    return 2;
  }
  if (options.help) {
    write(usage);
    return 0;
  }
  const chosen = chosenNames(options.only);
  if (chosen.length === 0) {
    writeError(`no row is named ${options.only.join(', ')}; there are: ${allNames().join(', ')}\n`);
    return 2;
  }
  const plan = planOf(options);
  const show: Write = options.json ? () => undefined : write;
  const origin = machine();
  show(`${machineLine(origin)}\n`);
  if (options.quick) show('a quick run: its figures mean nothing\n');
  const rows: (ComparisonFigures | IdleFigures)[] = [];
  for (const name of chosen) {
    try {
      rows.push(await runRow(name, plan, show));
    } catch (error) {
      writeError(`${name} FAILED: ${errorText(error)}\n`);
      return 1;
    }
  }
  if (options.json) {
    write(`${JSON.stringify({ machine: origin, quick: options.quick, rows }, undefined, 2)}\n`);
  }
  return 0;
}

async function runRow(
  name: string,
  plan: Plan,
  show: Write,
): Promise<ComparisonFigures | IdleFigures> {
  const comparison = comparisons.find((each) => each.name === name);
  if (comparison === undefined) {
    const figures = await idleAfterTraffic(plan);
    show(`\n${idleText(figures)}\n`);
    return figures;
  }
  const figures = figuresOf(comparison, await compare(comparison, plan));
  show(`\n${comparisonTable(figures)}\n`);
  return figures;
}

function idleText({ name, topology, ...figures }: IdleFigures): string {
  const seconds = (figures.watchedMs / 1_000).toFixed(1);
  const verdict = figures.isReached ? 'reached' : 'NOT REACHED';
  const percent = figures.percentOfCore.toFixed(2);
  return [
    `${name}: ${topology}`,
    `  ${percent} % of a core over ${seconds} s, asked for under ${figures.reach} %: ${verdict}`,
  ].join('\n');
}

function planOf({ quick, rounds }: BenchOptions): Plan {
  const plan = quick ? quickPlan : fullPlan;
  return rounds === undefined ? plan : { ...plan, rounds };
}

function allNames(): string[] {
  return [...comparisons.map(({ name }) => name), IDLE_NAME];
}

function chosenNames(only: readonly string[]): string[] {
  if (only.length === 0) return allNames();
  return allNames().filter((name) => only.some((wanted) => name.startsWith(wanted)));
}

function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : ` (cause: ${errorText(error.cause)})`;
  return `${error.message}${cause}`;
}
