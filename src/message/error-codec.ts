/**
 * Errors across threads: an error becomes a record of plain values that the codec can write, and a
 * record becomes an error again. What cannot be carried is dropped and listed, never a reason to
 * fail: the error is usually the answer that somebody waits for. Errors are hostile here: getters
 * throw, causes form cycles, messages are megabytes long.
 */
import { type InspectOptions, inspect, types } from 'node:util';
import { LIMITS } from '../limits.ts';
import type { CarriedCause, ErrorRecord } from './error-record.ts';
import { carriedType } from './error-revival.ts';

/** Says whether the codec takes a value; it must not throw. */
export type CanCarry = (value: unknown) => boolean;

/** Own properties that have fields of their own in the record. */
const FIELDS: ReadonlySet<string> = new Set(['name', 'message', 'stack', 'cause', 'errors']);
const BUS_FIELDS: ReadonlySet<string> = new Set([...FIELDS, 'code', 'retryable', 'details']);

/**
 * Errors found in properties of errors are recorded twice, once to see whether they can be carried;
 * nested in each other they would be recorded 2^n times.
 */
const NESTED_IN_PROPERTIES_MAX = 4;

/** Errors whose properties are being tried at this moment, outermost first. */
const recording: object[] = [];

/** True for errors of any realm and for objects that inherit from `Error`; never throws. */
export function isError(value: unknown): value is Error {
  try {
    return types.isNativeError(value) || value instanceof Error;
  } catch {
    return false;
  }
}

/**
 * The record of `error`. Throws only if `error` is met again while its own properties are tried,
 * so that `canCarry` says no to a property that leads back to its error.
 */
export function toErrorRecord(error: Error, canCarry: CanCarry): ErrorRecord {
  if (recording.length >= NESTED_IN_PROPERTIES_MAX || recording.includes(error)) {
    throw new RangeError('an error nested too deeply in the properties of errors');
  }
  return new Recorder(canCarry).record(error, 0);
}

/** What to say about something that was thrown, whatever it is. Never throws; bounded. */
export function messageOf(thrown: unknown): string {
  if (isError(thrown)) return cut(textOf(thrown, 'message') ?? '', LIMITS.errorTextLength);
  switch (typeof thrown) {
    case 'string':
      return cut(thrown, LIMITS.errorTextLength);
    case 'object':
      return thrown === null ? 'null' : cut(shown(thrown), LIMITS.errorTextLength);
    case 'function':
      return 'a function';
    default:
      return String(thrown);
  }
}

/** Runs no code of the object: neither getters nor Proxy traps nor an inspection of its own. */
function shown(thrown: object): string {
  try {
    return inspect(thrown, SHOWN);
  } catch {
    return 'an object that is not an Error';
  }
}

const SHOWN: InspectOptions = {
  depth: 1,
  customInspect: false,
  maxArrayLength: 10,
  maxStringLength: 200,
  breakLength: Number.POSITIVE_INFINITY,
};

class Recorder {
  readonly #canCarry: CanCarry;
  /** Errors from the outermost to the one at hand. */
  readonly #chain: object[] = [];

  constructor(canCarry: CanCarry) {
    this.#canCarry = canCarry;
  }

  record(error: Error, depth: number): ErrorRecord {
    this.#chain.push(error);
    const dropped: string[] = [];
    const type = carriedType(error);
    const isBus = type === 'BusError';
    const record: ErrorRecord = {
      type,
      name: cut(textOf(error, 'name') ?? 'Error', LIMITS.errorTextLength),
      message: cut(textOf(error, 'message') ?? '', LIMITS.errorTextLength),
      stack: stackOf(error),
      cause: this.#cause(error, depth, dropped),
      errors: this.#errors(error, depth, dropped),
      properties: this.#properties(error, isBus ? BUS_FIELDS : FIELDS, '', dropped),
      code: isBus ? textOf(error, 'code') : undefined,
      details: isBus ? this.#details(error, dropped) : undefined,
      dropped: dropped.length === 0 ? undefined : dropped,
    };
    this.#chain.pop();
    return record;
  }

  #cause(error: Error, depth: number, dropped: string[]): CarriedCause | undefined {
    const cause = read(error, 'cause');
    if (cause === UNREADABLE) drop(dropped, 'cause');
    if (cause === UNREADABLE || (cause === undefined && !hasOwnCause(error))) return undefined;
    return this.#carried(cause, depth, 'cause', dropped);
  }

  #errors(error: Error, depth: number, dropped: string[]): CarriedCause[] | undefined {
    const errors = read(error, 'errors');
    if (!(error instanceof AggregateError) || !isArray(errors)) return undefined;
    const carried: CarriedCause[] = [];
    const count = Math.min(errors.length, LIMITS.aggregateErrors);
    for (let i = 0; i < count; i++) {
      const path = `errors[${i}]`;
      const item = this.#carried(read(errors, i), depth, path, dropped);
      if (item !== undefined) carried.push(item);
    }
    if (errors.length > count) drop(dropped, `errors[${count}…${errors.length - 1}]`);
    return carried;
  }

  /** A cause or an aggregated error: errors one level deeper, other values if they can be carried. */
  #carried(
    value: unknown,
    depth: number,
    path: string,
    dropped: string[],
  ): CarriedCause | undefined {
    if (isError(value)) {
      if (depth + 1 < LIMITS.causeDepth && !this.#chain.includes(value)) {
        const record = this.record(value, depth + 1);
        for (const name of record.dropped ?? []) drop(dropped, `${path}.${name}`);
        return { error: record, value: undefined };
      }
    } else if (value !== UNREADABLE && this.#carries(value)) return { error: undefined, value };
    drop(dropped, path);
    return undefined;
  }

  #details(error: Error, dropped: string[]): Record<string, unknown> | undefined {
    const details = read(error, 'details');
    if (typeof details !== 'object' || details === null) return undefined;
    return this.#properties(details, new Set(), 'details.', dropped);
  }

  #properties(
    source: object,
    except: ReadonlySet<string>,
    prefix: string,
    dropped: string[],
  ): Record<string, unknown> | undefined {
    let properties: Record<string, unknown> | undefined;
    let count = 0;
    for (const name of namesOf(source)) {
      if (except.has(name)) continue;
      const value = read(source, name);
      if (count < LIMITS.errorProperties && value !== UNREADABLE && this.#carries(value)) {
        properties ??= Object.create(null) as Record<string, unknown>;
        properties[name] = value;
        count++;
      } else drop(dropped, prefix + name);
    }
    return properties;
  }

  #carries(value: unknown): boolean {
    if ((typeof value !== 'object' && typeof value !== 'string') || value === null) {
      return typeof value !== 'function' && typeof value !== 'symbol';
    }
    const marked = recording.length;
    recording.push(...this.#chain);
    try {
      return this.#canCarry(value);
    } finally {
      recording.length = marked;
    }
  }
}

const UNREADABLE: unique symbol = Symbol('unreadable');

function read(source: object, name: string | number): unknown {
  try {
    return (source as Record<string | number, unknown>)[name];
  } catch {
    return UNREADABLE;
  }
}

function textOf(source: object, name: string): string | undefined {
  const value = read(source, name);
  return typeof value === 'string' ? value : undefined;
}

function stackOf(error: Error): string | undefined {
  const stack = textOf(error, 'stack');
  return stack === undefined ? undefined : cut(stack, LIMITS.errorStackLength);
}

function hasOwnCause(error: Error): boolean {
  try {
    return Object.hasOwn(error, 'cause');
  } catch {
    return false;
  }
}

function namesOf(source: object): readonly string[] {
  try {
    return Object.keys(source);
  } catch {
    return [];
  }
}

function isArray(value: unknown): value is readonly unknown[] {
  try {
    return Array.isArray(value);
  } catch {
    return false;
  }
}

/** The list is bounded; its last entry then says that there were more. */
function drop(dropped: string[], path: string): void {
  if (dropped.length < LIMITS.droppedNames) dropped.push(cut(path, 256));
  else dropped[LIMITS.droppedNames] = '…';
}

function cut(text: string, lengthMax: number): string {
  return text.length <= lengthMax
    ? text
    : `${text.slice(0, lengthMax)}… (${text.length} characters)`;
}
