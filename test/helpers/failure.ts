/** What a call fails with, as plain fields that a test can compare. */
import type { BusError as AnyBusError } from '../../src/index.ts';
import { BusError } from './real-bus.ts';

/** The `BusError` that `call` rejects with or throws. Fails when it succeeds, or fails with anything else. */
export async function failureOf(call: unknown): Promise<AnyBusError> {
  let value: unknown;
  try {
    value = typeof call === 'function' ? await (call as () => unknown)() : await call;
  } catch (error) {
    if (BusError.isBusError(error)) return error;
    throw new Error(`Expected a BusError, got ${String(error)}`, { cause: error });
  }
  throw new Error(`Expected a BusError, but the call resolved with ${JSON.stringify(value)}`);
}

export async function codeOf(call: unknown): Promise<string> {
  return (await failureOf(call)).code;
}
