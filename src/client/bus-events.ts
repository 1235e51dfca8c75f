/** What the bus tells: one object each, with what and why. A listener that throws harms nobody; there is no 'error'. */
import { types } from 'node:util';
import type { DeadLetter } from '../message/dead-letter.ts';
import type { BusError } from '../message/errors.ts';
import type { KindName } from '../message/kinds.ts';
import { kindOf } from '../message/text.ts';
import { configError, type Logger, nearestName } from '../options.ts';

/** Events of `bus.on`, by name. */
export interface BusEvents {
  /**
   * A `try…` message that could not be delivered, or an event that met a limit. Without a listener on its thread one a
   * minute of each code is logged.
   */
  readonly undeliverable: {
    readonly routingKey: string;
    readonly kind: KindName;
    readonly reason: BusError;
  };
  /** A subscription's callback threw or rejected. Without a listener on its thread one a minute is logged. */
  readonly handlerError: {
    readonly subscription: string;
    readonly pattern: string;
    readonly routingKey: string;
    readonly error: unknown;
  };
  /** The bus has closed, on this thread. */
  readonly close: { readonly reason: string };
  /** A message was given up and is kept. On the main thread only. */
  readonly deadLetter: DeadLetter;
  /** Something troubles the bus, or does no more: `health()` says the same. On the main thread only. */
  readonly alert: {
    readonly name: 'shards' | 'slots' | 'heap' | 'deadLetters' | 'pools' | 'endpoints';
    readonly message: string;
    readonly state: 'raised' | 'cleared';
  };
  /** An endpoint came, takes no more, takes messages again, or is gone. On the main thread only. */
  readonly endpointState: {
    readonly endpoint: string;
    readonly state: 'active' | 'draining' | 'isolated' | 'closed';
    /** Of the thread whose end has closed it, where that is known. */
    readonly exitCode?: number | undefined;
  };
  /** The breaker of an endpoint is in another state. On the main thread only. */
  readonly breaker: {
    readonly endpoint: string;
    readonly state: 'closed' | 'open' | 'half-open';
  };
  /** The thread of a shard died and is being replaced; nothing is lost. On the main thread only. */
  readonly shardRestart: {
    readonly shard: number;
    /** Of the thread that died. */
    readonly threadId: number;
    readonly exitCode: number;
    /** How often this shard has been replaced. */
    readonly restarts: number;
    /** What the thread threw; undefined when it was terminated. */
    readonly error: unknown;
  };
  /**
   * On the subscriber's thread: its queue has met its bound, for the first time since it was at most half full.
   * `missed` counts what the bound has dropped since the subscription was made.
   */
  readonly slowSubscriber: {
    readonly subscription: string;
    readonly pattern: string;
    readonly queued: number;
    readonly missed: number;
  };
}

const EVENTS: readonly (keyof BusEvents)[] = [
  'undeliverable',
  'handlerError',
  'close',
  'alert',
  'deadLetter',
  'endpointState',
  'breaker',
  'shardRestart',
  'slowSubscriber',
];

export type EmitEvent = <Name extends keyof BusEvents>(name: Name, event: BusEvents[Name]) => void;

type Listener = (event: never) => void;

export class EventHub {
  readonly #listeners = new Map<keyof BusEvents, Set<Listener>>();
  readonly #logger: () => Logger | undefined;

  constructor(logger: () => Logger | undefined) {
    this.#logger = logger;
  }

  /** Throws ERR_BUS_CONFIG for a name that no event has, or what is no function. */
  on<Name extends keyof BusEvents>(name: Name, listener: (event: BusEvents[Name]) => void): void {
    checkName('on', name);
    if (typeof listener !== 'function') {
      throw configError('on', 'listener', 'a function', kindOf(listener));
    }
    const known = this.#listeners.get(name);
    if (known) known.add(listener);
    else this.#listeners.set(name, new Set([listener]));
  }

  off<Name extends keyof BusEvents>(name: Name, listener: (event: BusEvents[Name]) => void): void {
    checkName('off', name);
    this.#listeners.get(name)?.delete(listener);
  }

  get logger(): Logger | undefined {
    return this.#logger();
  }

  has(name: keyof BusEvents): boolean {
    return (this.#listeners.get(name)?.size ?? 0) > 0;
  }

  emit<Name extends keyof BusEvents>(name: Name, event: BusEvents[Name]): void {
    const failed = (error: unknown): void => {
      this.#logger()?.error({ err: error, event: name }, 'a listener of the bus threw');
    };
    for (const listener of this.#listeners.get(name) ?? []) {
      try {
        const result = (listener as (event: BusEvents[Name]) => unknown)(event);
        if (types.isPromise(result)) result.catch(failed);
      } catch (error) {
        failed(error);
      }
    }
  }

  clear(): void {
    this.#listeners.clear();
  }
}

function checkName(verb: string, name: keyof BusEvents): void {
  if (EVENTS.includes(name)) return;
  const nearest = typeof name === 'string' ? nearestName(name, EVENTS) : undefined;
  const expected = nearest === undefined ? `one of ${EVENTS.join(', ')}` : `'${nearest}'`;
  throw configError(verb, 'event', expected, kindOf(name));
}
