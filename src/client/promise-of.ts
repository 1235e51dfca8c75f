/** What user code returned: a value, or something to wait for. */
import { types } from 'node:util';

/**
 * As a promise; undefined when it is no thenable. One that is not the language's own is wrapped: it may throw when it is
 * asked, or call back twice.
 */
export function promiseOf(value: unknown): Promise<unknown> | undefined {
  // Most handlers return nothing or a plain value: the engine need not be asked.
  if (typeof value !== 'object' || value === null) return undefined;
  if (types.isPromise(value)) return value;
  try {
    if (!isThenable(value)) return undefined;
  } catch {
    // The promise asks once more, and rejects with what is thrown.
  }
  return new Promise((resolve) => {
    resolve(value);
  });
}

function isThenable(value: object): boolean {
  return typeof (value as { then?: unknown }).then === 'function';
}
