import { describe, expect, it } from 'vitest';
import { explore } from '../helpers/interleave/explore.ts';
import { runsScale } from '../setup/property-runs.ts';
import { type DoorbellScene, doorbellWorld } from './doorbell-world.ts';

const STATES_MAX = 5_000_000;

const scenes: (DoorbellScene & { name: string })[] = [
  { name: 'one waker, three entries', wakers: 1, entries: 3 },
  { name: 'one waker that publishes two at once', wakers: 1, entries: 4, batch: 2 },
  { name: 'two wakers', wakers: 2, entries: 1 },
  { name: 'positions that wrap', wakers: 1, entries: 3, start: 0x7fff_fffe },
  { name: 'a waker that may die', wakers: 1, entries: 2, deaths: 1 },
  { name: 'two wakers of which one may die', wakers: 2, entries: 1, deaths: 1 },
  { name: 'a sleeper that may die', wakers: 1, entries: 2, deaths: 1, sleeperMayDie: true },
];

/** Millions of states, or nearly: for the long tier. */
const longScenes: typeof scenes = [
  { name: 'three wakers', wakers: 3, entries: 1 },
  { name: 'two wakers, two deaths', wakers: 2, entries: 1, deaths: 2, sleeperMayDie: true },
];

describe('the doorbell, in every interleaving', () => {
  it.each(
    (runsScale > 1 ? [...scenes, ...longScenes] : scenes).map(
      (scene) => [scene.name, scene] as const,
    ),
  )('loses no wake-up: %s', (_name, scene) => {
    const result = explore(doorbellWorld(scene), STATES_MAX);
    expect(result.schedule.join('\n')).toBe('');
    expect(result.violation).toBeUndefined();
    expect(result.complete).toBe(true);
    expect(result.ends).toBeGreaterThan(0);
  });
});

describe('a mistake in the doorbell is caught', () => {
  const mistakes: [NonNullable<DoorbellScene['mistake']>, Partial<DoorbellScene>, RegExp][] = [
    ['no second look', {}, /lost wake-up/],
    ['bell not changed', {}, /lost wake-up/],
    ['parked read before the tail is published', {}, /lost wake-up/],
    ['nobody rings at an exit', { deaths: 1 }, /lost wake-up|never published/],
    ['tail of the dead not published', { deaths: 1 }, /never published/],
    ['tail published before the entry', {}, /read 0, not/],
  ];

  it.each(mistakes)('%s', (mistake, more, problem) => {
    const result = explore(doorbellWorld({ wakers: 1, entries: 2, ...more, mistake }));
    expect(result.violation).toMatch(problem);
    expect(result.schedule.length).toBeGreaterThan(0);
  });
});
