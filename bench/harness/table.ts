/** Figures as plain text, for a terminal and for the documents. Pure. */

import type { ComparisonFigures, ContestantFigures, Ratio, ThreadFigures } from './figures.ts';
import type { Machine } from './machine.ts';
import type { Spread } from './statistics.ts';

export function machineLine({ node, platform, cpu, cores, load }: Machine): string {
  return `Node ${node}, ${platform}, ${cores} cores (${cpu}), load ${load.toFixed(1)} at the start`;
}

export function comparisonTable(figures: ComparisonFigures): string {
  const { topology, measure, rounds, coresBeside } = figures;
  const unit = measure === 'rate' ? 'messages/s' : 'us a message';
  const rows = [
    ['', unit, 'min .. max', 'CPU us', 'of main', 'per busy core/s'],
    ...figures.contestants.map((each) => contestantRow(each, measure)),
  ];
  const beside = spreadText(coresBeside, (cores) => cores.toFixed(1));
  return [
    topology,
    `medians of ${rounds} rounds; beside it ran ${beside} cores`,
    ...aligned(rows).map((row) => `  ${row}`),
    ...figures.absent.map((each) => `  ${each.name}: not run, ${each.package} is not installed`),
    ...(figures.ratio === undefined ? [] : ratioLines(figures.ratio, measure)),
    ...(figures.ratio?.isFar === true ? threadLines(figures) : []),
  ].join('\n');
}

/** Less than this a message is not worth a line. */
const THREAD_SHOWN_US = 0.01;

/** Where the time of a bus goes that is far from what is asked of it. */
function threadLines({ contestants }: ComparisonFigures): string[] {
  const threads = contestants.find(({ role }) => role === 'bus')?.threads ?? [];
  const shown = threads.filter(({ cpuUs }) => cpuUs >= THREAD_SHOWN_US);
  if (shown.length === 0) return [];
  const rows = [['of the bus, by thread', 'CPU us', 'slept', 'preempted'], ...shown.map(threadRow)];
  return aligned(rows).map((row) => `  ${row}`);
}

function threadRow({ name, cpuUs, slept, preempted }: ThreadFigures): string[] {
  return [name, cpuUs.toFixed(2), slept.toFixed(3), preempted.toFixed(3)];
}

function contestantRow(
  { name, role, value, cpuUs, mainCpuUs, perCore }: ContestantFigures,
  measure: ComparisonFigures['measure'],
): string[] {
  const text = measure === 'rate' ? grouped : (micros: number) => micros.toFixed(1);
  return [
    role === 'aside' ? `(${name})` : name,
    text(value.median),
    `${text(value.min)} .. ${text(value.max)}`,
    cpuUs.median.toFixed(2),
    mainCpuUs === undefined ? '-' : mainCpuUs.median.toFixed(2),
    grouped(perCore.median),
  ];
}

function ratioLines({ peer, value, perCore, ...asked }: Ratio, measure: string): string[] {
  const times = (ratio: number): string => ratio.toFixed(2);
  const bound = measure === 'rate' ? 'at least' : 'at most';
  const verdict =
    asked.reach === undefined
      ? ''
      : `, asked for ${bound} ${asked.reach}: ${asked.isReached ? 'reached' : 'NOT REACHED'}`;
  return [
    `  bus : ${peer} = ${spreadText(value, times)}${verdict}`,
    `  per busy core = ${spreadText(perCore, times)}`,
  ];
}

function spreadText({ median, min, max }: Spread, text: (value: number) => string): string {
  return `${text(median)} (${text(min)} .. ${text(max)})`;
}

/** Thousands apart, without a comma that a reader could take for a point. */
function grouped(value: number): string {
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ' ');
}

/** The first column to the left, figures to the right. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return column === 0 ? cell.padEnd(width) : cell.padStart(width);
      })
      .join('  '),
  );
}
