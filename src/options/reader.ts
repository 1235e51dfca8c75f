/**
 * Reads one options object: refuses names it does not know, and values that are not what the option
 * takes, with `ERR_BUS_CONFIG` that names option, expected and got. Each option is read once.
 */
import { TIMER_MAX_MS } from '../limits.ts';
import { BusError } from '../message/errors.ts';
import { isWellFormed, kindOf } from '../message/text.ts';
import { nearestName } from './nearest-name.ts';

export interface Range {
  readonly low: number;
  readonly high: number;
  /** `Infinity` is allowed beside the range. */
  readonly orInfinity?: boolean;
}

/** Durations in ms that bound a wait: 0 would never let anything through. */
export const DURATION: Range = { low: 1, high: TIMER_MAX_MS, orInfinity: true };
/** Durations in ms that a timer runs with: they have an end. */
export const PERIOD: Range = { low: 1, high: TIMER_MAX_MS };
/** Delays in ms: 0 is at once. */
export const DELAY: Range = { low: 0, high: TIMER_MAX_MS };

export class OptionReader {
  readonly #source: Readonly<Record<string, unknown>>;
  readonly #where: string;
  readonly #prefix: string;

  /**
   * `where` is the verb for the message (`createBus`), `prefix` the path of a nested object
   * (`retry.`), `parameter` the name of what was given. Throws unless `source` is an object whose names are all among `known`.
   */
  constructor(
    source: unknown,
    known: readonly string[],
    where: string,
    prefix = '',
    parameter = 'options',
  ) {
    const option = prefix === '' ? parameter : prefix.slice(0, -1);
    if (typeof source !== 'object' || source === null) {
      throw configError(where, option, 'an object', kindOf(source));
    }
    this.#where = where;
    this.#prefix = prefix;
    this.#source = readOnce(where, option, () => {
      // A Map or an array has no named options: what was meant would be ignored.
      if (Symbol.iterator in source) throw configError(where, option, 'an object', kindOf(source));
      for (const name in source) {
        if (!known.includes(name)) throw unknownOption(where, prefix, name, known);
      }
      const values: Record<string, unknown> = {};
      for (const name of known) values[name] = (source as Record<string, unknown>)[name];
      return values;
    });
  }

  get(name: string): unknown {
    return this.#source[name];
  }

  refuse(name: string, expected: string, got: unknown): BusError {
    return configError(this.#where, this.#prefix + name, expected, kindOf(got));
  }

  /** An integer of the range, unless the option is absent. */
  integer(name: string, fallback: number, range: Range): number {
    const value = this.#source[name];
    if (value === undefined) return fallback;
    if (Number.isInteger(value) && inRange(value as number, range)) return value as number;
    if (value === Number.POSITIVE_INFINITY && range.orInfinity) return value;
    throw this.refuse(name, `an integer ${rangeText(range)}`, value);
  }

  /** Any number of the range, fractions too. */
  number(name: string, fallback: number, range: Range): number {
    const value = this.#source[name];
    if (value === undefined) return fallback;
    if (typeof value === 'number' && inRange(value, range)) return value;
    throw this.refuse(name, `a number ${rangeText(range)}`, value);
  }

  /** Milliseconds of the range, fractions too (they come from calculations). */
  duration<T>(name: string, fallback: T, range: Range): number | T {
    const value = this.#source[name];
    if (value === undefined) return fallback;
    if (isDuration(value, range)) return value;
    throw this.refuse(name, `milliseconds ${rangeText(range)}`, value);
  }

  flag(name: string, fallback: boolean): boolean {
    const value = this.#source[name];
    if (value === undefined) return fallback;
    if (typeof value === 'boolean') return value;
    throw this.refuse(name, 'true or false', value);
  }

  choice<const T extends string>(name: string, fallback: T, choices: readonly T[]): T {
    const value = this.#source[name];
    if (value === undefined) return fallback;
    for (const choice of choices) if (choice === value) return choice;
    throw this.refuse(name, `one of ${choices.map((choice) => `'${choice}'`).join(', ')}`, value);
  }

  /** A non-empty, well-formed string of at most `lengthMax` code units. */
  text(name: string, lengthMax: number): string | undefined {
    const value = this.#source[name];
    if (value === undefined) return undefined;
    if (isName(value, lengthMax)) return value;
    throw this.refuse(name, `a non-empty string of at most ${lengthMax} characters`, value);
  }

  callable(name: string): ((...values: never[]) => unknown) | undefined {
    const value = this.#source[name];
    if (value === undefined) return undefined;
    if (typeof value === 'function') return value as (...values: never[]) => unknown;
    throw this.refuse(name, 'a function', value);
  }

  signal(name: string): AbortSignal | undefined {
    const value = this.#source[name];
    if (value === undefined) return undefined;
    if (this.once(name, () => isAbortSignal(value))) return value as AbortSignal;
    throw this.refuse(name, 'an AbortSignal', value);
  }

  /** What `read` makes of the option's value, which is an object of the user's. */
  once<T>(name: string, read: () => T): T {
    return readOnce(this.#where, this.#prefix + name, read);
  }

  /** A frozen copy of an array of strings. */
  texts(name: string, countMax: number): readonly string[] | undefined {
    const value = this.#source[name];
    if (value === undefined) return undefined;
    const list = this.once(name, (): unknown[] =>
      Array.isArray(value) ? [...(value as unknown[])] : [],
    );
    const isRight = Array.isArray(value) && list.every((item) => typeof item === 'string');
    if (isRight && list.length <= countMax) return Object.freeze(list);
    throw this.refuse(name, `an array of at most ${countMax} strings`, value);
  }
}

/** What `read` makes of a user's object. Throws ERR_BUS_CONFIG, with the cause, where a getter or a proxy throws. */
export function readOnce<T>(where: string, option: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (BusError.isBusError(error)) throw error;
    const refusal = configError(where, option, 'an object that can be read', 'one that throws');
    throw new BusError(refusal.code, refusal.message, { cause: error, details: refusal.details });
  }
}

export function isName(value: unknown, lengthMax: number): value is string {
  return (
    typeof value === 'string' && value !== '' && value.length <= lengthMax && isWellFormed(value)
  );
}

export function isDuration(value: unknown, range: Range): value is number {
  if (typeof value !== 'number') return false;
  return inRange(value, range) || (value === Number.POSITIVE_INFINITY && range.orInfinity === true);
}

/** By shape: a signal of another realm or of a polyfill is as good. */
export function isAbortSignal(value: unknown): value is AbortSignal {
  if (typeof value !== 'object' || value === null) return false;
  const { aborted, addEventListener, removeEventListener } = value as Partial<AbortSignal>;
  if (typeof aborted !== 'boolean') return false;
  return typeof addEventListener === 'function' && typeof removeEventListener === 'function';
}

export function rangeText(range: Range): string {
  return `from ${range.low} to ${range.high}${range.orInfinity ? ', or Infinity' : ''}`;
}

/** `got` is a description, so that `details` can always be carried to another thread. */
export function configError(
  where: string,
  option: string,
  expected: string,
  got: string,
): BusError {
  return new BusError(
    'ERR_BUS_CONFIG',
    `${where}: option '${option}' must be ${expected}, got ${got}.`,
    { details: { option, expected, got } },
  );
}

export function unknownOption(
  where: string,
  prefix: string,
  name: string,
  known: readonly string[],
): BusError {
  const nearest = nearestName(name, known);
  const hint =
    nearest === undefined ? `Known: ${known.join(', ')}.` : `Did you mean '${prefix}${nearest}'?`;
  const option = `${prefix}${name}`;
  return new BusError('ERR_BUS_CONFIG', `${where}: option '${option}' is unknown. ${hint}`, {
    details: { option, expected: nearest ?? known.join(', '), got: option, nearest },
  });
}

/** NaN is in no range. */
function inRange(value: number, range: Range): boolean {
  return value >= range.low && value <= range.high;
}
