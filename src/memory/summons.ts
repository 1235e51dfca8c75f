/**
 * The word by which main tells the thread that stands by which shard it is to serve: its number + 1, 0 until then. A
 * thread that waited in its event loop for that would be woken by the engine's idle-time collections meanwhile.
 */
import { load, notify, store } from './seam.ts';
import { waitForChange } from './wait.ts';

export function createSummons(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
}

/** Main only, once. */
export function summon(word: Int32Array, shard: number): void {
  // SYNC summons: pairs with awaitSummons. Main's commands come by the port, in their own order.
  store(word, 0, shard + 1);
  notify(word, 0);
}

/** Blocks the thread until it is summoned; returns the number of the shard. */
export function awaitSummons(word: Int32Array): number {
  // SYNC summons: pairs with summon. A summons that came before the wait makes it return at once.
  for (let said = load(word, 0); ; said = load(word, 0)) {
    if (said !== 0) return said - 1;
    waitForChange(word, 0, 0);
  }
}
