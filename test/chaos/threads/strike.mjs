/** Dying, as ordered. */
import { STRUCK, WAY, WAYS } from './layout.mjs';

/** Production code may find `Atomics.store` replaced on this thread; this is the one from before. */
const { store } = Atomics;

/**
 * Does what the order says, and never returns, but for `throw` where `fail` throws elsewhere. `loop` and `terminate`
 * keep the thread busy until somebody ends it.
 */
export function strike(words, order, fail) {
  const way = Atomics.exchange(words, order + WAY, 0);
  if (way === 0) return;
  store(words, order + STRUCK, way);
  switch (WAYS[way - 1]) {
    case 'exit':
      process.exit(3);
      break;
    case 'throw':
      fail(new Error('ordered to throw'));
      break;
    case 'memory':
      hoard();
      break;
    default:
      for (;;);
  }
}

function hoard() {
  const kept = [];
  for (;;) kept.push(new Array(1_000).fill(kept.length));
}
