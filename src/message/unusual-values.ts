/** What an object is that is neither plain nor an array: tests by internal slot, not by name. */
import { types } from 'node:util';
import { VIEW_NAMES } from './codec-tags.ts';

/** Kinds whose content is not in their properties: sent as an object they would arrive empty. */
export function refusedKind(value: object): string | undefined {
  if (types.isPromise(value)) return 'a Promise';
  if (types.isWeakMap(value)) return 'a WeakMap';
  if (types.isWeakSet(value)) return 'a WeakSet';
  if (types.isSharedArrayBuffer(value)) return 'a SharedArrayBuffer';
  if (types.isGeneratorObject(value)) return 'a generator';
  if (types.isExternal(value)) return 'a native object';
  if (value instanceof WeakRef) return 'a WeakRef';
  if (value instanceof FinalizationRegistry) return 'a FinalizationRegistry';
  if (types.isProxy(value)) return refusedProxy(value);
  return undefined;
}

/** Traps show properties, and internal slots are out of their reach. */
const SLOTTED = [Promise, Map, Set, WeakMap, WeakSet, WeakRef, Date, RegExp, ArrayBuffer] as const;

function refusedProxy(value: object): string | undefined {
  for (const kind of SLOTTED) if (value instanceof kind) return `a Proxy of ${kind.name}`;
  if (value instanceof Object.getPrototypeOf(Uint8Array)) return 'a Proxy of TypedArray';
  return undefined;
}

/** Index in `VIEW_CLASSES`; -1 for a class that is not there. */
export function viewClassOf(value: ArrayBufferView): number {
  const name = types.isDataView(value) ? 'DataView' : typedArrayName.call(value);
  return VIEW_NAMES.indexOf(name as string);
}

/** The getter on the prototype of all typed arrays, which no subclass can replace. */
const typedArrayName = (
  Object.getOwnPropertyDescriptor(
    Object.getPrototypeOf(Uint8Array.prototype),
    Symbol.toStringTag,
  ) as PropertyDescriptor
).get as () => string | undefined;
