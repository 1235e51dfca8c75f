/**
 * The seam: the only functions that touch shared memory.
 *
 * Everything else in the project reads and writes shared words through these bindings, so that a test can count,
 * record, reorder or cut off accesses of the production code (`replaceSeam`). They are live bindings of tiny
 * functions: V8 inlines them, and the hot path costs what direct indexing costs.
 *
 * Plain accesses (`get`, `put`, `writeBytes`) are ordered by the Atomics ones around them; which plain words an
 * Atomics access orders is said at its `SYNC` comment.
 */

export interface Seam {
  get(view: Int32Array, index: number): number;
  put(view: Int32Array, index: number, value: number): void;
  load(view: Int32Array, index: number): number;
  store(view: Int32Array, index: number, value: number): void;
  add(view: Int32Array, index: number, value: number): number;
  compareExchange(view: Int32Array, index: number, expected: number, value: number): number;
  notify(view: Int32Array, index: number): void;
  writeBytes(heap: Uint8Array, offset: number, bytes: Uint8Array): void;
  /** Says that `length` bytes at `offset` were encoded in place (a codec writes through a Buffer of its own). */
  wroteInPlace(heap: Uint8Array, offset: number, length: number): void;
}

export let get = (view: Int32Array, index: number): number => view[index] as number;

export let put = (view: Int32Array, index: number, value: number): void => {
  view[index] = value;
};

export let load = (view: Int32Array, index: number): number => Atomics.load(view, index);

export let store = (view: Int32Array, index: number, value: number): void => {
  Atomics.store(view, index, value);
};

/** Returns the value before the addition; wraps at 2^31. */
export let add = (view: Int32Array, index: number, value: number): number =>
  Atomics.add(view, index, value);

/** Stores `value` if the word is `expected`; returns the value before. */
export let compareExchange = (
  view: Int32Array,
  index: number,
  expected: number,
  value: number,
): number => Atomics.compareExchange(view, index, expected, value);

/** Wakes every waiter of the word. */
export let notify = (view: Int32Array, index: number): void => {
  Atomics.notify(view, index);
};

export let writeBytes = (heap: Uint8Array, offset: number, bytes: Uint8Array): void => {
  heap.set(bytes, offset);
};

export let wroteInPlace = (_heap: Uint8Array, _offset: number, _length: number): void => {};

/** Replaces some of the functions on this thread, for tests; the returned function puts the old ones back. */
export function replaceSeam(replacement: Partial<Seam>): () => void {
  const before: Seam = {
    get,
    put,
    load,
    store,
    add,
    compareExchange,
    notify,
    writeBytes,
    wroteInPlace,
  };
  install({ ...before, ...replacement });
  return () => install(before);
}

function install(seam: Seam): void {
  ({ get, put, load, store, add, compareExchange, notify, writeBytes, wroteInPlace } = seam);
}
