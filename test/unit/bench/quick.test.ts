/**
 * Rows of all kinds once, tiny, as the compiled program runs them: so that benches never rot. What the rows
 * check themselves (each message, all its bytes) decides; figures are only asked to be there.
 */

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { fanOuts } from '../../../bench/fan-out.ts';
import { comparisons } from '../../../bench/rows.ts';

const program = fileURLToPath(new URL('../../../dist/bench/main.js', import.meta.url));

/** Many threads start, one after another, perhaps on a busy machine. */
const QUICK_LIMIT_MS = 90_000;

const run = promisify(execFile);

type Row = Readonly<Record<string, unknown>>;

/** All fan-out rows are one program with other numbers: one that leases, one that copies. */
const fanOutNames = new Set(['fan-out-1x16384', 'fan-out-copied-8x1000000']);
const compared = [...comparisons, ...fanOuts.filter(({ name }) => fanOutNames.has(name))];

/** Those that compare nothing, and a figure that each of them has. */
const others = [
  ['idle-after-traffic', 'percentOfCore'],
  ['takeover', 'answered'],
  ['routing-uncached', 'lookUps'],
  ['routing-cached', 'ns'],
  ['routing-distinct', 'lateRate'],
  ['routing-hostile', 'table'],
  ['routing-registration', 'runs'],
] as const;

// The program is compiled: without a build there is none.
describe.skipIf(!existsSync(program))('a quick run (of dist, which npm run build makes)', () => {
  let rows: Map<unknown, Row>;

  beforeAll(async () => {
    const only = [...compared.map(({ name }) => name), ...others.map(([name]) => name)];
    const args = only.flatMap((name) => ['--only', name]);
    const { stdout, stderr } = await run(process.execPath, [program, '--quick', '--json', ...args]);
    expect(stderr).toBe('');
    const ran = JSON.parse(stdout) as { rows: Row[]; quick: boolean };
    expect(ran.quick).toBe(true);
    expect(ran.rows.map(({ name }) => name).sort()).toEqual(only.sort());
    rows = new Map(ran.rows.map((row) => [row['name'], row]));
  }, QUICK_LIMIT_MS);

  it.each(compared)('carries and checks the messages of $name', ({ name, contestants }) => {
    const row = rows.get(name) as Row;
    expect(row).toMatchObject({ absent: [], rounds: 2 });
    const ran = row['contestants'] as { name: string; value: { min: number } }[];
    expect(ran.map((contestant) => contestant.name)).toEqual(contestants.map((each) => each.name));
    for (const { value } of ran) expect(value.min).toBeGreaterThan(0);
  });

  it.each(others)('runs %s, which checks itself', (name, figure) => {
    expect(rows.get(name)).toHaveProperty(figure);
  });

  it('watches an idle bus with things pending', () => {
    const { percentOfCore, watchedMs } = rows.get('idle-after-traffic') as Row;
    expect(percentOfCore).toBeGreaterThanOrEqual(0);
    expect(watchedMs).toBeGreaterThan(0);
  });

  it('looks keys up in a table of globs', () => {
    const { lookUps, routes } = rows.get('routing-uncached') as Row;
    expect(routes).toBeGreaterThan(1_000);
    expect(lookUps).not.toEqual([]);
  });

  it('refuses a row that does not exist, and names those that do', async () => {
    await expect(run(process.execPath, [program, '--only', 'nothing'])).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining('notify-to-main'),
    });
  });
});
