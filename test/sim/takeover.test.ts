/** A shard dies before any of its writes, and its successor before any of its own: nobody else may notice. */
import { describe, expect, it } from 'vitest';
import { runsScale } from '../setup/property-runs.ts';
import { playWithKills } from './killed-shard.ts';
import { DEDUPE_SCENES } from './takeover-dedupe-scenes.ts';
import { TAKEOVER_POOL_SCENES } from './takeover-pool-scenes.ts';
import type { TakeoverScene } from './takeover-scene.ts';
import { TAKEOVER_SCENES } from './takeover-scenes.ts';

const SCENES: Readonly<Record<string, () => TakeoverScene>> = {
  ...TAKEOVER_SCENES,
  ...TAKEOVER_POOL_SCENES,
  ...DEDUPE_SCENES,
};

/** Far more writes than any scene makes. */
const WRITES_MAX = 5_000;
/** Second deaths are tried at these distances from the first: a takeover begins with few writes. */
const SECOND_KILLS = [1, 2, 3, 5, 8, 13, 21, 34];

/** All of them in the long tier; otherwise one after each eighth first death, the next one after the next. */
const FIRST_KILL_STEP = runsScale > 1 ? 1 : 8;

function secondKills(at: number): readonly number[] {
  if (runsScale > 1) return SECOND_KILLS;
  return [SECOND_KILLS[Math.floor(at / FIRST_KILL_STEP) % SECOND_KILLS.length] as number];
}

function observe(name: string, kills: readonly number[]): { seen: unknown; happened: boolean } {
  const { scene, play } = (SCENES[name] as (typeof SCENES)[string])();
  let seen: unknown;
  const { allHappened } = playWithKills(scene.world, kills, () => {
    seen = play();
  });
  return { seen, happened: allHappened };
}

describe.each(Object.keys(SCENES))('%s', (name) => {
  const expected = observe(name, []).seen;

  it('leaves nothing behind', () => {
    expect(expected).toEqual({ observed: expect.anything() as unknown, held: {} });
  });

  it('goes on unnoticed when the shard dies before any one of its writes', () => {
    let kills = 0;
    for (let at = 1; at < WRITES_MAX; at++) {
      const { happened, seen } = observe(name, [at]);
      if (!happened) break;
      expect(seen, `killed before write ${at}`).toEqual(expected);
      kills += 1;
    }
    expect(kills).toBeGreaterThan(20);
  });

  it('goes on unnoticed when the successor dies too', () => {
    for (let at = 1; at < WRITES_MAX; at += FIRST_KILL_STEP) {
      let happened = true;
      for (const second of secondKills(at)) {
        const run = observe(name, [at, second]);
        happened = run.happened;
        expect(run.seen, `killed before writes ${at} and ${second}`).toEqual(expected);
        if (!happened) break;
      }
      if (!happened && !observe(name, [at]).happened) break;
    }
  });
});
