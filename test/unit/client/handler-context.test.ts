import { describe, expect, it } from 'vitest';
import { LoanContext } from '../../../src/client/handler-context.ts';
import { CoreWorld } from './core-world.ts';

describe('LoanContext', () => {
  it('of a copied event never aborts', () => {
    const context = new LoanContext(undefined, { now: () => 5, bus: 'bus' });
    expect(context).toMatchObject({
      aborted: false,
      remaining: Number.POSITIVE_INFINITY,
      bus: 'bus',
    });
    expect(context.signal.aborted).toBe(false);
  });

  it('shows a synchronous loop that the time is over before the event loop has read of it', () => {
    const world = new CoreWorld();
    const seen: unknown[] = [];
    const target = world.addEndpoint(world.client(1), 'e', (_, context) => {
      seen.push(context.remaining, context.aborted);
      world.nowMs += 10;
      seen.push(context.remaining);
      world.shard().step(world.nowMs);
      seen.push(context.aborted, context.signal.aborted);
    });
    world.addRoute('k', target);
    world.client().request('k', 1, { timeout: 10 });
    world.run();
    expect(seen).toEqual([10, false, 0, true, true]);
  });

  it('tells the signal when the caller gives up, and leaves it alone when the handler was in time', async () => {
    const world = new CoreWorld();
    const signals: AbortSignal[] = [];
    const target = world.addEndpoint(world.client(1), 'e', ({ payload }, { signal }) => {
      signals.push(signal);
      return payload === 'slow' ? new Promise(() => undefined) : 1;
    });
    world.addRoute('k', target);
    const abort = new AbortController();
    world.client().request('k', 'fast', { signal: abort.signal });
    await world.runAsync();
    world.client().request('k', 'slow', { signal: abort.signal });
    await world.runAsync();
    abort.abort();
    await world.runAsync();
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, true]);
  });
});
