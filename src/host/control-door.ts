/**
 * The control plane between threads: comlink over a MessagePort, and the only file that knows it. Control only;
 * messages never travel here.
 *
 * comlink alone would let a call wait for ever when the other side is gone, drop all of an error but its text, and
 * hold the process. So each call ends at a deadline or with the port, errors travel in an envelope, no function is
 * ever passed, and ports are closed by their owners.
 */
import type { MessagePort } from 'node:worker_threads';
import { expose, type Remote, wrap } from 'comlink';
import { BusError } from '../message/errors.ts';
import { packThrown, unpackThrown } from '../message/thrown-value.ts';

/** A control call never waits for a message to be handled; one that takes so long has lost its other side. */
const CALL_DEADLINE_MS = 30_000;

/** Calls under way on one door; a runaway loop meets it. */
const CALLS_MAX = 65_536;

type Call = (method: string, parameters: readonly unknown[]) => Promise<unknown>;

interface Envelope {
  readonly value?: unknown;
  readonly error?: Uint8Array;
}

interface Served {
  call(method: string, parameters: readonly unknown[]): Promise<Envelope>;
}

/** Main's end: answers what comes over `port` with `call`. Does not hold the process. */
export function serveDoor(port: MessagePort, call: Call): void {
  const served: Served = {
    async call(method, parameters) {
      try {
        return { value: await call(method, parameters) };
      } catch (error) {
        return { error: packThrown(error) };
      }
    },
  };
  expose(served, port);
  // Listening has referenced it.
  port.unref();
}

/** The other thread's end. It holds the thread while it is open, unless `unref` was called. */
export class Door {
  readonly #port: MessagePort;
  readonly #remote: Remote<Served>;
  readonly #deadlineMs: number;
  readonly #rejections = new Set<(error: BusError) => void>();
  #closed = false;
  #isOwnEnd = false;

  /** `onClose` is told once, whichever side closed the port. */
  constructor(port: MessagePort, onClose: () => void, deadlineMs: number = CALL_DEADLINE_MS) {
    this.#port = port;
    this.#deadlineMs = deadlineMs;
    this.#remote = wrap<Served>(port);
    // Once: comlink holds the port as long as its proxy is held, which a listener that stays would do for ever.
    port.once('close', () => {
      this.#end();
      onClose();
    });
  }

  /** Rejects with what main threw, `ERR_BUS_TIMEOUT` at the deadline, or `ERR_BUS_CLOSED` with the port. */
  call(method: string, parameters: readonly unknown[]): Promise<unknown> {
    if (this.#closed) return Promise.reject(closedError(method, this.#isOwnEnd));
    if (this.#rejections.size >= CALLS_MAX) return Promise.reject(tooManyError());
    return new Promise((resolve, reject) => {
      const settle = (finish: () => void): void => {
        clearTimeout(timer);
        this.#rejections.delete(abandon);
        finish();
      };
      const abandon = (error: BusError): void => settle(() => reject(error));
      const timer = setTimeout(
        () => abandon(lateError(method, this.#deadlineMs)),
        this.#deadlineMs,
      );
      this.#rejections.add(abandon);
      this.#remote.call(method, parameters).then(
        ({ value, error }) => {
          if (error === undefined) return settle(() => resolve(value));
          const thrown = unpackThrown(error) as Error;
          settle(() => reject(thrown));
        },
        (error: Error) => settle(() => reject(cloneError(method, error))),
      );
    });
  }

  /** Calls under way reject `ERR_BUS_CLOSED`. */
  close(): void {
    this.#isOwnEnd = true;
    this.#end();
    this.#port.close();
  }

  ref(): void {
    this.#port.ref();
  }

  unref(): void {
    this.#port.unref();
  }

  #end(): void {
    this.#closed = true;
    for (const abandon of [...this.#rejections]) {
      abandon(closedError('a control call', this.#isOwnEnd));
    }
  }
}

function closedError(method: string, isOwnEnd: boolean): BusError {
  const what = isOwnEnd
    ? "This thread's connection is closed"
    : 'The bus is closed or its main thread is gone';
  const text = `${what}: ${method} has no answer.`;
  return new BusError('ERR_BUS_CLOSED', text, { details: { state: 'closed' } });
}

function lateError(method: string, deadlineMs: number): BusError {
  const text = `The main thread has not answered ${method} within ${deadlineMs} ms.`;
  return new BusError('ERR_BUS_TIMEOUT', text, { details: { method, timeoutMs: deadlineMs } });
}

/** Verbs check what they are given; what slips through is still told in the bus's own words. */
function cloneError(method: string, cause: Error): BusError {
  const text = `An argument of ${method} cannot be carried to the main thread: ${cause.message}`;
  return new BusError('ERR_BUS_CONFIG', text, { cause, details: { method } });
}

function tooManyError(): BusError {
  const text = `${CALLS_MAX} control calls of this thread are under way: await some of them first.`;
  return new BusError('ERR_BUS_FULL', text, { details: { limit: CALLS_MAX } });
}
