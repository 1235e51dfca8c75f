/**
 * `npm run mutants`: puts each mistake of `mutants/mistakes.ts` into a copy of the sources and fails when its finder does
 * not go red; first of all, that the finders are green without. `-- --only "ack"` takes those whose name has that in it.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { applyMistake } from './mutants/apply-mistake.ts';
import { type Finder, type Mistake, mistakes } from './mutants/mistakes.ts';

const SEEDS = 2_000;
/** Of the sources as they are: enough to see that a finder is not red for another reason. */
const SEEDS_UNCHANGED = 200;
/** A finder that runs longer has found something that does not end. */
const LIMIT_MS = 600_000;
const COPIED = ['src', 'test', 'package.json', 'tsconfig.json', 'vitest.config.ts'];

const root = fileURLToPath(new URL('../', import.meta.url));
const { values } = parseArgs({ options: { only: { type: 'string', default: '' } } });
const wanted = mistakes.filter(({ name }) => name.includes(values.only));
const copy = mkdtempSync(join(tmpdir(), 'symphony-bus-mutants-'));
let missed = wanted.length === 0 ? 1 : 0;
try {
  for (const name of COPIED) cpSync(join(root, name), join(copy, name), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  for (const finder of new Set(wanted.map((mistake) => mistake.finder))) {
    const found = run(finder, SEEDS_UNCHANGED);
    if (found !== undefined) report(false, `${finder} is red without any mistake`, found);
  }
  for (const mistake of wanted) tryMistake(mistake);
} finally {
  rmSync(copy, { recursive: true, force: true });
}
console.log(`${wanted.length} mistakes, ${missed} not found`);
process.exitCode = missed === 0 ? 0 : 1;

function tryMistake(mistake: Mistake): void {
  const path = join(copy, mistake.file);
  const before = readFileSync(path, 'utf8');
  const after = applyMistake(before, mistake);
  if (after === undefined) {
    report(false, mistake.name, `${mistake.file} has changed: the edit does not fit`);
    return;
  }
  writeFileSync(path, after);
  const found = run(mistake.finder, SEEDS);
  writeFileSync(path, before);
  report(found !== undefined, mistake.name, found ?? `${mistake.finder} stays green`);
}

/** What the finder says first when it is red; undefined: it is green. */
function run(finder: Finder, seeds: number): string | undefined {
  const args =
    finder === 'simulator'
      ? ['--import', 'tsx', 'test/sim/simulator/main.ts', '--seeds', String(seeds)]
      : ['node_modules/vitest/vitest.mjs', 'run', '--project', 'sim', finder];
  const { error, status, stderr, stdout } = spawnSync(process.execPath, args, {
    cwd: copy,
    env: { ...process.env, NO_COLOR: '1' },
    encoding: 'utf8',
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
  });
  if (status === 0) return undefined;
  if (error !== undefined) return `does not end: ${error.message}`;
  const text = `${stderr}\n${stdout}`;
  const seed = /seed \d+ failed/.exec(text)?.[0];
  const reason = /(?:Broken \[Error\]|\w*Error): .*/.exec(text)?.[0] ?? text.trim().slice(0, 200);
  return [seed, reason].filter(Boolean).join(', ');
}

function report(isGood: boolean, name: string, what: string): void {
  if (!isGood) missed += 1;
  console.log(`${isGood ? 'found ' : 'MISSED'}  ${name}\n        ${what}`);
}
