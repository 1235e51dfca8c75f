/** What a handler receives. */
import { inspect } from 'node:util';
import { NO_DEADLINE } from '../memory/slot-header.ts';
import { type Extras, type Headers, NO_HEADERS } from '../message/headers.ts';
import { KIND, KIND_NAMES, type KindName } from '../message/kinds.ts';

/**
 * A delivered message. `payload` is the receiver's own; with a lease it is read-only shared memory until the handler
 * settles. `id`, `headers`, `timestamp`, `deadline` and `correlationId` are made when they are asked for.
 */
export interface Message<Payload = unknown> {
  /** The sender's id for it, or one that is unique in the bus. */
  readonly id: string;
  readonly kind: KindName;
  readonly routingKey: string;
  readonly payload: Payload;
  readonly headers: Headers;
  /** Requests: names the caller that waits, for `routeMessage` with kind 'response'. */
  readonly correlationId?: string | undefined;
  /** Epoch ms at which it was sent. */
  readonly timestamp: number;
  /** 1 for the first. */
  readonly attempt: number;
  /** It was handed out before: the handler or its thread failed. */
  readonly redelivered: boolean;
  /** Epoch ms after which nobody waits for a result. */
  readonly deadline?: number | undefined;
  /** Events: how many the subscription's bound dropped just before this one; 0 for other kinds. */
  readonly missed: number;
}

/** The words of a header that lazily made fields need, read while the slot was on loan. */
export interface Origin {
  readonly client: number;
  readonly seqLow: number;
  readonly seqHigh: number;
  readonly sentMs: number;
  readonly deadlineMs: number;
  readonly epochMs: number;
  /** Undefined for a message without an id of its own and headers. */
  readonly extras: Extras | undefined;
  /** shard, cell, loan and client of the delivery; undefined unless it is a request. */
  readonly correlation: string | undefined;
}

const UNSIGNED = 2 ** 32;

export class ReceivedMessage implements Message {
  readonly kind: KindName;
  readonly routingKey: string;
  readonly payload: unknown;
  readonly attempt: number;
  readonly redelivered: boolean;
  /** Events: how many the subscription's bound dropped just before this one. */
  missed = 0;
  readonly #origin: Origin;

  constructor(
    kind: number,
    routingKey: string,
    payload: unknown,
    attempt: number,
    redelivered: boolean,
    origin: Origin,
  ) {
    this.kind = KIND_NAMES[kind] as KindName;
    this.routingKey = routingKey;
    this.payload = payload;
    this.attempt = attempt;
    this.redelivered = redelivered;
    this.#origin = origin;
  }

  get id(): string {
    const { extras, client, seqHigh, seqLow } = this.#origin;
    return extras?.id ?? `${client}-${(seqHigh >>> 0) * UNSIGNED + (seqLow >>> 0)}`;
  }

  get headers(): Headers {
    return this.#origin.extras?.headers ?? NO_HEADERS;
  }

  get timestamp(): number {
    return Math.round(this.#origin.epochMs + this.#origin.sentMs);
  }

  get deadline(): number | undefined {
    const { deadlineMs, epochMs } = this.#origin;
    return deadlineMs === NO_DEADLINE ? undefined : Math.round(epochMs + deadlineMs);
  }

  get correlationId(): string | undefined {
    return this.kind === KIND_NAMES[KIND.request] ? this.#origin.correlation : undefined;
  }

  toJSON(): Message {
    const { id, kind, routingKey, payload, headers, correlationId, timestamp } = this;
    const { attempt, redelivered, deadline, missed } = this;
    return {
      id,
      kind,
      routingKey,
      payload,
      headers,
      ...(correlationId === undefined ? {} : { correlationId }),
      timestamp,
      attempt,
      redelivered,
      ...(deadline === undefined ? {} : { deadline }),
      missed,
    };
  }

  [inspect.custom](): Message {
    return this.toJSON();
  }
}
