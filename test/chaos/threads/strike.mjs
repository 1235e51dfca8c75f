/** Dying, as ordered. */
import { threadId } from 'node:worker_threads';
import { STRUCK, THREAD, WAY, WAYS } from './layout.mjs';

/** Production code may find `Atomics.store` replaced on this thread; this is the one from before. */
const { store } = Atomics;

/**
 * Does what the order says, and never returns, but for `throw` where `fail` throws elsewhere. `loop` and `terminate`
 * keep the thread busy until somebody ends it. False: there is no order any more.
 */
export function strike(words, order, fail) {
  const way = Atomics.exchange(words, order + WAY, 0);
  if (way === 0) return false;
  words[order + THREAD] = threadId;
  store(words, order + STRUCK, way);
  switch (WAYS[way - 1]) {
    case 'exit 0':
      process.exit(0);
      break;
    case 'exit 1':
      process.exit(1);
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
  return true;
}

function hoard() {
  const kept = [];
  for (;;) kept.push(new Array(1_000).fill(kept.length));
}
