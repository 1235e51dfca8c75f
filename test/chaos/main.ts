/**
 * `npm run chaos -- --seconds 60 --seed 1`: kills threads of a bus under full load and says what came of it. Exits with 1
 * when a promise was broken. The seed draws who dies how; what else happens depends on the machine.
 */
import { parseArgs } from 'node:util';
import { runChaos } from './chaos.ts';
import { showChaos } from './show.ts';

const SECONDS_MAX = 86_400;
const SEED_MAX = 2 ** 31 - 1;

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '60' }, seed: { type: 'string', default: '1' } },
});
const seconds = count(values.seconds, 'seconds', SECONDS_MAX);
const seed = count(values.seed, 'seed', SEED_MAX);
const result = await runChaos(seconds, seed);
console.log(showChaos(result).join('\n'));
if (result.problems.length > 0) {
  console.error(`broken with --seed ${seed}:\n${result.problems.join('\n')}`);
  process.exitCode = 1;
}

function count(text: string, name: string, high: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= high) return value;
  console.error(`--${name} must be an integer from 1 to ${high}, got "${text}"`);
  process.exit(2);
}
