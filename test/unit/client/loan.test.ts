import { describe, expect, it } from 'vitest';
import { Loan } from '../../../src/client/loan.ts';
import { CoreWorld } from './core-world.ts';

describe('Loan', () => {
  it('aborts once, with the first reason, also before its signal was asked for', () => {
    const { core } = new CoreWorld().client();
    const link = core.links[0] as (typeof core.links)[number];
    const [early, late] = [1, 2].map(
      (number) => new Loan(link, 0, number, core.peers.get(1), 0, 1, false),
    );
    const reason = new Error('first');
    const signal = late?.signal;
    late?.abort(reason);
    late?.abort(new Error('second'));
    expect([signal?.aborted, signal?.reason]).toEqual([true, reason]);
    early?.abort();
    expect([early?.aborted, early?.signal.aborted, early?.sawNotice()]).toEqual([true, true, true]);
  });
});
