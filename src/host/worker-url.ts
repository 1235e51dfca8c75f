/**
 * Where the thread entry points are. Compiled, they lie beside this file's folder in `dist`; as TypeScript, a thread
 * cannot start with them on Node 20, and goes through `register-tsx.mjs`, which does not ship.
 */
export type EntryName = 'shard-worker' | 'client-bootstrap' | 'pool-thread';

export interface WorkerEntry {
  readonly url: URL;
  /** Goes before the arguments that the thread is given. */
  readonly argv: readonly string[];
}

/** The build makes one file of a shard: its threads start sooner. A pool's is not loaded as an ES module: it says why. */
const COMPILED: Readonly<Record<EntryName, string>> = {
  'shard-worker': 'shard-worker.cjs',
  'client-bootstrap': 'client-bootstrap.js',
  'pool-thread': 'pool-entry.cjs',
};

/** `here` is the URL of this file. */
export function workerEntry(name: EntryName, here: string = import.meta.url): WorkerEntry {
  const workers = new URL('../../workers/', here);
  if (!here.endsWith('.ts')) return { url: new URL(COMPILED[name], workers), argv: [] };
  return {
    url: new URL('register-tsx.mjs', workers),
    argv: [new URL(`${name}.ts`, workers).href],
  };
}
