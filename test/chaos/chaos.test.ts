/** Real threads under full load, killed in every way; `npm run chaos` does it for as long as it is told. */
import { expect, it } from 'vitest';
import { runChaos } from './chaos.ts';
import { ROLES } from './kill.ts';
import { showChaos } from './show.ts';

const SECONDS = 20;
const SEED = 1;
/** Starting threads beside others that want all cores takes its time. */
const LIMIT_MS = 300_000;

it('keeps what a bus promises while shards, endpoints, senders and threads of a pool die', {
  timeout: LIMIT_MS,
}, async () => {
  const result = await runChaos(SECONDS, SEED);
  console.log(showChaos(result).join('\n'));
  expect(result.problems).toEqual([]);
  expect(result.lost).toBe(0);
  for (const role of ROLES) {
    expect(result.deaths.filter((death) => death.role === role && death.isAimed)).not.toEqual([]);
  }
});
