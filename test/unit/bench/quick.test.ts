/**
 * Every row once, tiny, as the compiled program runs it: so that benches never rot. What the rows
 * check themselves (each message, all its bytes) decides; figures are only asked to be there.
 */

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { fanOuts } from '../../../bench/fan-out.ts';
import { comparisons } from '../../../bench/rows.ts';

const program = fileURLToPath(new URL('../../../dist/bench/main.js', import.meta.url));

/** Twenty threads start, one after another, perhaps on a busy machine. */
const QUICK_LIMIT_MS = 90_000;

const run = promisify(execFile);

type Row = Readonly<Record<string, unknown>>;

/** All fan-out rows are one program with other numbers: the smallest of both kinds. */
const fanOutNames = new Set(['fan-out-1x16384', 'fan-out-leased-8x1000000']);

async function quickRow(name: string): Promise<Row> {
  const { stdout, stderr } = await run(process.execPath, [
    program,
    '--quick',
    '--json',
    '--only',
    name,
  ]);
  expect(stderr).toBe('');
  const { rows, quick } = JSON.parse(stdout) as { rows: Row[]; quick: boolean };
  expect(quick).toBe(true);
  expect(rows).toHaveLength(1);
  return rows[0] as Row;
}

describe('a quick run', () => {
  for (const comparison of [
    ...comparisons,
    ...fanOuts.filter(({ name }) => fanOutNames.has(name)),
  ]) {
    it(
      `carries and checks the messages of ${comparison.name}`,
      async ({ skip }) => {
        if (!existsSync(program)) skip('dist/bench is not built; npm run build builds it');
        const row = await quickRow(comparison.name);
        expect(row).toMatchObject({ name: comparison.name, absent: [], rounds: 2 });
        const contestants = row['contestants'] as { name: string; value: { min: number } }[];
        expect(contestants.map(({ name }) => name)).toEqual(
          comparison.contestants.map(({ name }) => name),
        );
        for (const { value } of contestants) expect(value.min).toBeGreaterThan(0);
      },
      QUICK_LIMIT_MS,
    );
  }

  it(
    'watches an idle bus with things pending',
    async ({ skip }) => {
      if (!existsSync(program)) skip('dist/bench is not built; npm run build builds it');
      const row = await quickRow('idle-after-traffic');
      expect(row['percentOfCore']).toBeGreaterThanOrEqual(0);
      expect(row['watchedMs']).toBeGreaterThan(0);
    },
    QUICK_LIMIT_MS,
  );

  it(
    'looks keys up in a table of globs',
    async ({ skip }) => {
      if (!existsSync(program)) skip('dist/bench is not built; npm run build builds it');
      const row = await quickRow('routing-uncached');
      expect(row['routes']).toBeGreaterThan(1_000);
      expect(row['lookUps']).not.toEqual([]);
    },
    QUICK_LIMIT_MS,
  );

  for (const [name, figure] of [
    ['takeover', 'answered'],
    ['routing-cached', 'ns'],
    ['routing-distinct', 'lateRate'],
    ['routing-hostile', 'table'],
    ['routing-registration', 'runs'],
  ] as const) {
    it(
      `runs ${name}, which checks itself`,
      async ({ skip }) => {
        if (!existsSync(program)) skip('dist/bench is not built; npm run build builds it');
        expect(await quickRow(name)).toHaveProperty(figure);
      },
      QUICK_LIMIT_MS,
    );
  }

  it('refuses a row that does not exist, and names those that do', async ({ skip }) => {
    if (!existsSync(program)) skip('dist/bench is not built; npm run build builds it');
    await expect(run(process.execPath, [program, '--only', 'nothing'])).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining('notify-to-main'),
    });
  });
});
