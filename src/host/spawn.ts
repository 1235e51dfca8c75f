/** Starting threads: what Node throws at once for bad options becomes an error of the bus. */
import { Worker, type WorkerOptions } from 'node:worker_threads';
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

/** Throws `ERR_BUS_CONFIG` where Node refuses the options; `what` names whose they are. */
export function spawn(url: URL, options: WorkerOptions, what: string): Worker {
  try {
    return new Worker(url, options);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new BusError(
      'ERR_BUS_CONFIG',
      `${what} cannot be started with these options: ${reason}`,
      {
        cause: error,
        details: { option: what, got: reason },
      },
    );
  }
}
