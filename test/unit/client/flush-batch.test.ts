import { describe, expect, it } from 'vitest';
import { FlushBatches } from '../../../src/client/flush-batch.ts';
import { turn } from '../../helpers/gate.ts';

function watch(promise: Promise<void>): { readonly done: boolean } {
  const state = { done: false };
  void promise.then(() => {
    state.done = true;
  });
  return state;
}

describe('FlushBatches', () => {
  it('resolves at once when nothing is open', async () => {
    const batches = new FlushBatches();
    await batches.flush();
    batches.current.addOne();
    batches.current.settleOne();
    await batches.flush();
    expect(batches.current.open).toBe(0);
  });

  it('waits for its own batch and those before, not for what was accepted after it', async () => {
    const batches = new FlushBatches();
    const first = batches.current;
    first.addOne();
    const one = watch(batches.flush());
    const second = batches.current;
    second.addOne();
    const two = watch(batches.flush());
    const again = watch(batches.flush());
    batches.current.addOne();
    second.settleOne();
    await turn();
    expect([one.done, two.done, again.done]).toEqual([false, false, false]);
    first.settleOne();
    await turn();
    expect([one.done, two.done, again.done]).toEqual([true, true, true]);
    expect(batches.current.open).toBe(1);
  });

  it('stays pending while one message of the batch is open', async () => {
    const batches = new FlushBatches();
    const batch = batches.current;
    batch.addOne();
    batch.addOne();
    const flushed = watch(batches.flush());
    batch.settleOne();
    await turn();
    expect(flushed.done).toBe(false);
    batch.settleOne();
    await turn();
    expect(flushed.done).toBe(true);
  });

  it('calls back at once when its batch is empty already', () => {
    const calls: string[] = [];
    new FlushBatches().current.whenEmpty(() => calls.push('empty'));
    expect(calls).toEqual(['empty']);
  });
});
