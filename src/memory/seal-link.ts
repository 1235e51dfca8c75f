/** The end of a client's submit ring, once the client is gone. */
import { type LinkMemory, PTAIL, TAIL } from './link-memory.ts';
import { get, store } from './seam.ts';

/**
 * Publishes what the client had accepted and not yet published. Main only, after the client thread's `'exit'`, or
 * after it said that it will not write again; then tell the shard and ring every bell.
 */
export function sealLink({ words }: LinkMemory): void {
  // PTAIL is plain: the thread's exit, or its message, orders it before this read.
  // SYNC submit-tail: pairs with SubmitConsumer.refresh. Makes the entries up to PTAIL visible.
  store(words, TAIL, get(words, PTAIL));
}
