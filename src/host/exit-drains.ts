/**
 * What buses do in the last moment of the process, and connections in that of their thread: one listener on `'exit'` for
 * all of them, and none when there is none, so that many do not look like a leak of listeners.
 */

const drains = new Set<() => void>();

/** Calls `drain` in `'exit'`, which `terminate` and a lack of memory leave out, and where only synchronous work counts. Returns what cancels it. */
export function atProcessExit(drain: () => void): () => void {
  if (drains.size === 0) process.on('exit', drainAll);
  drains.add(drain);
  return () => {
    drains.delete(drain);
    if (drains.size === 0) process.off('exit', drainAll);
  };
}

function drainAll(): void {
  for (const drain of drains) drain();
}
