/** Which class an error has on the other side, and how it is made there. */

import type { CarriedCause, ErrorRecord } from './error-record.ts';
import { BusError, type BusErrorCode, errorCodes, quietly } from './errors.ts';

const BUILT_INS: Readonly<Record<string, ErrorConstructor>> = {
  Error,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
};

const codes: ReadonlySet<string> = new Set(errorCodes);

/** What was left out of revived errors that have no `details` to list it in. */
const droppedBy = new WeakMap<Error, readonly string[]>();

/** The class that carries over: a built-in of any realm, `BusError`, or `Error` for all others. */
export function carriedType(error: Error): string {
  try {
    if (BusError.isBusError(error) && codes.has(error.code)) return 'BusError';
    const prototype: unknown = Object.getPrototypeOf(error);
    const made = (prototype as { constructor?: { name?: unknown; prototype?: unknown } })
      .constructor;
    const name = made?.name;
    // The prototype must be the class's own: `class TypeError extends Error` is none of ours, but
    // nothing tells it from another realm's.
    if (typeof name !== 'string' || made?.prototype !== prototype) return 'Error';
    return name in BUILT_INS || name === 'AggregateError' || name === 'DOMException'
      ? name
      : 'Error';
  } catch {
    return 'Error';
  }
}

/** The error of a record, with the stack of the original. */
export function reviveError(record: ErrorRecord): Error {
  const error = quietly(() => construct(record));
  if (record.type !== 'BusError' && record.cause !== undefined) {
    hide(error, 'cause', reviveCause(record.cause));
  }
  if (error.name !== record.name) hide(error, 'name', record.name);
  hide(error, 'stack', record.stack ?? `${record.name}: ${record.message}`);
  const properties = record.properties;
  if (properties !== undefined) {
    for (const name of Object.keys(properties)) {
      const value = properties[name];
      Object.defineProperty(error, name, { ...OPEN, enumerable: true, value });
    }
  }
  if (record.dropped !== undefined) droppedBy.set(error, record.dropped);
  return error;
}

/** Paths of what a revived error lost on its way; empty for other errors. */
export function droppedOf(error: unknown): readonly string[] {
  return droppedBy.get(error as Error) ?? [];
}

function construct(record: ErrorRecord): Error {
  const { type, message } = record;
  if (type === 'BusError' && codes.has(record.code ?? '')) {
    const dropped = record.dropped === undefined ? undefined : { dropped: record.dropped };
    const details = { ...record.details, ...dropped };
    const code = record.code as BusErrorCode;
    if (record.cause === undefined) return new BusError(code, message, { details });
    return new BusError(code, message, { details, cause: reviveCause(record.cause) });
  }
  if (type === 'AggregateError') {
    return new AggregateError((record.errors ?? []).map(reviveCause), message);
  }
  if (type === 'DOMException') return new DOMException(message, record.name);
  const make = Object.hasOwn(BUILT_INS, type) ? BUILT_INS[type] : undefined;
  return new (make ?? Error)(message);
}

function reviveCause(carried: CarriedCause): unknown {
  return carried.error === undefined ? carried.value : reviveError(carried.error);
}

const OPEN = { writable: true, configurable: true } as const;

function hide(error: Error, name: string, value: unknown): void {
  Object.defineProperty(error, name, { ...OPEN, enumerable: false, value });
}
