/** Starting threads: what Node throws at once for bad options becomes an error of the bus. */
import { Worker, type WorkerOptions } from 'node:worker_threads';
import { messageOf } from '../message/error-codec.ts';
import { BusError } from '../message/errors.ts';

/** What the host needs of a Worker; tests give it one without a thread. */
export interface Thread {
  readonly threadId: number;
  postMessage(value: unknown): void;
  on(event: 'message' | 'error', listener: (value: unknown) => void): unknown;
  on(event: 'exit', listener: (exitCode: number) => void): unknown;
  ref(): void;
  unref(): void;
  terminate(): Promise<number>;
}

/** Throws `ERR_BUS_CONFIG` where Node refuses the options; `where` and `prefix` say whose they are. */
export function spawn(url: URL, options: WorkerOptions, where: string, prefix = ''): Worker {
  try {
    return new Worker(url, options);
  } catch (error) {
    throw refusedOptions(where, error, prefix);
  }
}

/** What Node says of options that it refuses. */
export function refusedOptions(where: string, cause: unknown, prefix = ''): BusError {
  const got = messageOf(cause);
  const { code } = cause as { readonly code?: unknown };
  const option = prefix + (code === 'ERR_WORKER_INVALID_EXEC_ARGV' ? 'execArgv' : 'options');
  const text = `${where}: Node starts no thread with these ${option}: ${got}`;
  const details = { option, expected: `${option} that Node takes for a Worker`, got };
  return new BusError('ERR_BUS_CONFIG', text, { cause, details });
}
