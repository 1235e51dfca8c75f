/** What the bus tells: one object each, with what and why. A listener that throws harms nobody; there is no 'error'. */
import type { Logger } from '../options.ts';

export interface BusEvents {
  /** A `try…` message that could not be delivered, or an event that met a limit. */
  readonly undeliverable: {
    readonly routingKey: string;
    readonly kind: string;
    readonly reason: Error;
  };
  /** A subscription's callback threw or rejected. */
  readonly handlerError: {
    readonly subscription: string;
    readonly pattern: string;
    readonly routingKey: string;
    readonly error: unknown;
  };
  /** The bus has closed, on this thread. */
  readonly close: { readonly reason: string };
  readonly alert: { readonly name: string; readonly message: string };
  readonly deadLetter: { readonly id: string };
  readonly endpointState: { readonly endpoint: string; readonly state: string };
  readonly breaker: { readonly endpoint: string; readonly state: string };
  readonly shardRestart: { readonly shard: number };
  readonly slowSubscriber: { readonly subscription: string };
}

type Listener = (event: never) => void;

export class EventHub {
  readonly #listeners = new Map<keyof BusEvents, Set<Listener>>();
  readonly #logger: () => Logger | undefined;

  constructor(logger: () => Logger | undefined) {
    this.#logger = logger;
  }

  on<Name extends keyof BusEvents>(name: Name, listener: (event: BusEvents[Name]) => void): void {
    const known = this.#listeners.get(name);
    if (known) known.add(listener);
    else this.#listeners.set(name, new Set([listener]));
  }

  off<Name extends keyof BusEvents>(name: Name, listener: (event: BusEvents[Name]) => void): void {
    this.#listeners.get(name)?.delete(listener);
  }

  has(name: keyof BusEvents): boolean {
    return (this.#listeners.get(name)?.size ?? 0) > 0;
  }

  emit<Name extends keyof BusEvents>(name: Name, event: BusEvents[Name]): void {
    for (const listener of this.#listeners.get(name) ?? []) {
      try {
        (listener as (event: BusEvents[Name]) => void)(event);
      } catch (error) {
        this.#logger()?.error({ err: error, event: name }, 'a listener of the bus threw');
      }
    }
  }

  clear(): void {
    this.#listeners.clear();
  }
}
