import { describe, expect, it } from 'vitest';
import { holdsIdle } from '../../../src/client/holds-idle.ts';

describe('holdsIdle', () => {
  const nothing = { endpointCount: 0, subscriptionCount: 0, keepAliveCount: 0 };
  const some = { ...nothing, endpointCount: 2 };

  it('holds a connected thread until unref, whatever is registered', () => {
    expect([true, false].map((refs) => holdsIdle(refs, false, nothing))).toEqual([true, false]);
  });

  it('holds main after ref, and only for endpoints and subscriptions', () => {
    expect(holdsIdle(true, true, nothing)).toBe(false);
    expect(holdsIdle(true, true, some)).toBe(true);
    expect(holdsIdle(true, true, { ...nothing, subscriptionCount: 1 })).toBe(true);
  });

  it('holds for endpoints that ask for it, unless unref was called', () => {
    const asking = { ...some, keepAliveCount: 1 };
    expect(holdsIdle(undefined, true, some)).toBe(false);
    expect(holdsIdle(undefined, true, asking)).toBe(true);
    expect(holdsIdle(false, true, asking)).toBe(false);
  });
});
