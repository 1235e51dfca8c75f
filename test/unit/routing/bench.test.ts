import { describe, expect, it } from 'vitest';
import { fullRoutingPlan, measureRouting } from '../../../bench/routing.ts';

describe('the routing bench', () => {
  it('finds what matching one by one finds, in a small table', () => {
    const { routes, lookUps } = measureRouting({ globs: 1000, lookUpsPerKind: 20 });
    expect(routes).toBe(1000 + 100 + 10 + 1000);
    const counts = Object.fromEntries(lookUps.map((figures) => [figures.keys, figures.routes]));
    expect(counts).toMatchObject({
      'matched by the 100 only': 100,
      'and by 10 more': 110,
      'and by 1 000 more': 1100,
    });
  });

  it('measures the size that is asked for when run in full', () => {
    expect(fullRoutingPlan.globs).toBe(100_000);
  });
});
