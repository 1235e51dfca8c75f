/** The `close` of a bus, on any thread: what it takes, and that there is one promise. What ends there is the caller's. */
import { BusError } from './message/errors.ts';
import { type CloseOptions, type ResolvedCloseOptions, resolveCloseOptions } from './options.ts';

/** `end` runs once; all calls with options that are in order have its promise, the others reject. */
export function closeOnce<Result>(
  end: (options: ResolvedCloseOptions) => Promise<Result>,
): (options?: CloseOptions) => Promise<Result> {
  let closing: Promise<Result> | undefined;
  return (options) => {
    try {
      const resolved = resolveCloseOptions(options);
      closing ??= end(resolved);
      return closing;
    } catch (error) {
      if (BusError.isBusError(error)) return Promise.reject(error);
      throw error;
    }
  };
}
