/** The explorer itself, on worlds small enough to count: what it goes through, and what it does not let pass. */
import { describe, expect, it } from 'vitest';
import { add, get, put, store } from '../../src/memory/seam.ts';
import { type Actor, AGAIN, type World } from '../helpers/interleave/actor.ts';
import { explore } from '../helpers/interleave/explore.ts';

const STEPS = 5;

/** Actor `own` counts its word up to STEPS; `more` is done after each store. */
function counter(words: Int32Array, own: number, more: () => void = () => undefined): Actor {
  return {
    name: `counter ${own}`,
    run: () => {
      const count = get(words, own);
      if (count === STEPS) return undefined;
      store(words, own, count + 1);
      more();
      return AGAIN;
    },
  };
}

function counters(more?: () => void): World {
  const words = new Int32Array(3);
  return { memory: [words], actors: [0, 1, 2].map((own) => counter(words, own, more)) };
}

describe('the explorer', () => {
  it('goes through every state, and takes every step from each of them', () => {
    const { states, steps, ends } = explore(counters());
    // Each of the three is at its start, after one of its stores, before the next run, or done.
    const standings = 2 * STEPS + 2;
    expect({ states, ends }).toEqual({ states: standings ** 3, ends: 1 });
    expect(steps).toBe(3 * (standings - 1) * standings ** 2);
  });

  it('sees each value that a race can leave', () => {
    const words = new Int32Array(1);
    const seen = new Set<number>();
    const actor: Actor = {
      name: 'careless',
      run: () => {
        const before = add(words, 0, 0);
        store(words, 0, before + 1);
        return undefined;
      },
    };
    const atEnd = (): unknown => seen.add(words[0] as number);
    explore({ memory: [words], actors: [actor, actor, actor], atEnd });
    expect([...seen].sort()).toEqual([1, 2, 3]);
  });

  it('notices an actor that depends on more than it reads', () => {
    const noise = new Int32Array(1);
    let runs = 0;
    const world = counters(() => put(noise, 0, ++runs));
    const memory = [...world.memory, noise];
    expect(causeOf({ ...world, memory })).toMatch(/depends on more than it reads/);
  });

  it('notices a store around the seam', () => {
    const words = new Int32Array(1);
    const run = (): undefined => {
      words[0] = 1;
    };
    const world = { memory: [words], actors: [{ name: 'sly', run }] };
    expect(causeOf(world)).toMatch(/word 0 of the world was stored to without the seam/);
  });

  it('notices a word that changes and is read, but is no part of the state', () => {
    const beside = new Int32Array(1);
    const world = counters(() => put(beside, 0, get(beside, 0) + 1));
    expect(causeOf(world)).toMatch(/read and stored to, but not in the world's memory/);
  });

  it('notices a word that is given twice', () => {
    const world = counters();
    expect(() => explore({ ...world, memory: [...world.memory, ...world.memory] })).toThrow(
      /given twice/,
    );
  });
});

function causeOf(world: World): string {
  try {
    explore(world);
    return 'nothing';
  } catch (error) {
    return String((error as Error).cause);
  }
}
