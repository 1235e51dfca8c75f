/**
 * `npm run sim -- --seeds 10000 --from 1`: runs seeds in order and stops at the first that breaks a promise, with the
 * command that replays it.
 */
import { parseArgs } from 'node:util';
import { Simulation } from './simulation.ts';

const SEEDS_MAX = 100_000_000;

const { values } = parseArgs({
  options: { seeds: { type: 'string', default: '1000' }, from: { type: 'string', default: '1' } },
});
const seeds = count(values.seeds, 'seeds');
const from = count(values.from, 'from');

const totals = { shardDeaths: 0, clientDeaths: 0, reusedIds: 0, sent: 0, deliveries: 0 };
for (let seed = from; seed < from + seeds; seed++) {
  try {
    const result = new Simulation(seed).run();
    for (const name of Object.keys(totals) as (keyof typeof totals)[]) totals[name] += result[name];
  } catch (error) {
    console.error(error);
    console.error(`seed ${seed} failed; replay it with: npm run sim -- --seeds 1 --from ${seed}`);
    process.exit(1);
  }
}
console.log(`${seeds} seeds from ${from} are green: ${JSON.stringify(totals)}`);

function count(text: string, name: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= SEEDS_MAX) return value;
  console.error(`--${name} must be an integer from 1 to ${SEEDS_MAX}, got "${text}"`);
  process.exit(2);
}
