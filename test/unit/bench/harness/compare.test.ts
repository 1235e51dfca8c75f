import { describe, expect, it } from 'vitest';
import { compare } from '../../../../bench/harness/compare.ts';
import type { Carrier, Comparison, Contestant } from '../../../../bench/harness/contestant.ts';

const plan = { rounds: 3, roundMs: 1, warmUpMs: 1, warmUpMessages: 64 };

function comparison(...contestants: readonly Contestant[]): Comparison {
  return { name: 'rows', topology: 'a -> b', measure: 'rate', contestants };
}

/** Carries by counting turns of the event loop, and writes down what happens to it. */
function contestant(name: string, log: string[], failAt = Number.POSITIVE_INFINITY): Contestant {
  let runs = 0;
  const carrier: Carrier = {
    run: async () => {
      runs += 1;
      await new Promise(setImmediate);
      if (runs >= failAt) throw new Error(`${name}: 1 message sent, 0 received`);
      log.push(name);
    },
    close: async () => {
      log.push(`${name} closed`);
    },
  };
  return { name, role: 'peer', start: async () => carrier };
}

describe('compare', () => {
  it('takes turns after the warm-up, beginning one further each round, and closes all', async () => {
    const log: string[] = [];
    const measured = await compare(comparison(contestant('a', log), contestant('b', log)), plan);
    expect(measured.tracks.map(({ samples }) => samples.length)).toEqual([3, 3]);
    expect(log.slice(-8)).toEqual(['a', 'b', 'b', 'a', 'a', 'b', 'a closed', 'b closed']);
  });

  it('counts at least the first messages in each sample, however slow the carrier', async () => {
    const { tracks } = await compare(comparison(contestant('a', [])), plan);
    for (const { messages } of tracks[0]?.samples ?? [])
      expect(messages).toBeGreaterThanOrEqual(64);
  });

  it('warms up until enough messages were carried, however much time that takes', async () => {
    let carried = 0;
    const carrier: Carrier = {
      run: async (count) => {
        carried += count;
        await new Promise(setImmediate);
      },
      close: async () => {},
    };
    const cold: Contestant = { name: 'a', role: 'bus', start: async () => carrier };
    // A warm-up by time alone would be over after the first messages.
    const patient = { rounds: 0, roundMs: 0, warmUpMs: 0, warmUpMessages: 1_000 };
    await compare(comparison(cold), patient);
    expect(carried).toBeGreaterThanOrEqual(1_000);
  });

  it('has every contestant carry something before the first one warms up', async () => {
    const log: string[] = [];
    await compare(comparison(contestant('a', log), contestant('b', log)), plan);
    expect(log.slice(0, 3)).toEqual(['a', 'b', 'a']);
  });

  it('names the package of a contestant that cannot run, and runs the others', async () => {
    const missing: Contestant = {
      name: 'pool',
      role: 'peer',
      start: async () => ({ absent: 'piscina' }),
    };
    const { tracks, absent } = await compare(comparison(missing, contestant('a', [])), plan);
    expect(absent).toEqual([{ name: 'pool', package: 'piscina' }]);
    expect(tracks.map(({ name }) => name)).toEqual(['a']);
  });

  it('rejects with the failure of a carrier, and closes all', async () => {
    const log: string[] = [];
    const failing = comparison(contestant('a', log), contestant('b', log, 1));
    await expect(compare(failing, plan)).rejects.toThrow('b: 1 message sent, 0 received');
    expect(log.slice(-2)).toEqual(['a closed', 'b closed']);
  });
});
