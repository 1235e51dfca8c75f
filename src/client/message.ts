/** What a handler receives. */
import { inspect } from 'node:util';
import { NO_DEADLINE } from '../memory/slot-header.ts';
import { type Headers, NO_HEADERS } from '../message/headers.ts';
import { KIND, KIND_NAMES, type KindName } from '../message/kinds.ts';
import { type NackOptions, type ResolvedNack, resolveNackOptions } from '../options.ts';
import type { Loan } from './loan.ts';

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
  /**
   * Requests: names the caller that waits, for `routeMessage` with kind 'response'. Responses: the caller's own id of
   * the request, or the one that its handler received.
   */
  readonly correlationId?: string | undefined;
  /** Epoch ms at which it was sent. */
  readonly timestamp: number;
  /** 1 for the first. */
  readonly attempt: number;
  /** It was handed out before: the handler or its thread failed. */
  readonly redelivered: boolean;
  /** Epoch ms after which nobody waits for a result. */
  readonly deadline?: number | undefined;
}

/** A delivered event. */
export interface EventMessage<Payload = unknown> extends Message<Payload> {
  readonly kind: 'event';
  /** How many the subscription's bound dropped just before this one. */
  readonly missed: number;
  /** With `ack: true`: it is done. False when it was settled already, and without `ack`: there is nothing to settle. */
  ack(): boolean;
  /** With `ack: true`: it failed, and is handed over again or given up. False as for `ack`. Throws `ERR_BUS_CONFIG`. */
  nack(options?: NackOptions): boolean;
}

/** Carries a caller's own correlation id, which is never used for look-up. */
export const CORRELATION_HEADER = 'x-correlation-id';

/** The correlation id of a request on loan to the client of number `holder`. */
export function correlationOf(loan: Loan, holder: number): string {
  const { cell, link, number, seqLow } = loan;
  return `${link.shard}.${holder}.${cell}.${number}.${seqLow >>> 0}`;
}

/** What all messages of a receiving client share. */
export interface MessageHome {
  /** Epoch ms at which the bus clock was 0. */
  readonly epochMs: number;
  /** Number of the receiving client. */
  readonly client: number;
}

const UNSIGNED = 2 ** 32;

/** Settles an event of a subscription with `ack`: done, or failed as `nack` says. False: it was settled already. */
export type SettleEvent = (nack: ResolvedNack | undefined) => boolean;

/** The message is an event of a subscription with `ack`. */
export let bindSettle: (message: ReceivedMessage, settle: SettleEvent) => void;

export class ReceivedMessage implements Message {
  readonly kind: KindName;
  readonly routingKey: string;
  readonly payload: unknown;
  readonly attempt: number;
  readonly redelivered: boolean;
  /** Events: how many the subscription's bound dropped just before this one. */
  missed: number;
  /** The loan that it came by, for the fields that are made when they are asked for. */
  readonly #loan: Loan;
  readonly #home: MessageHome;
  #settle: SettleEvent | undefined;

  static {
    bindSettle = (message, settle) => {
      message.#settle = settle;
    };
    // Printed as what it says, lazily made fields included.
    const show = function (this: ReceivedMessage): object {
      return this.toJSON();
    };
    Object.defineProperty(this.prototype, inspect.custom, { value: show });
  }

  constructor(routingKey: string, payload: unknown, loan: Loan, home: MessageHome) {
    this.kind = loan.isForwarded ? 'response' : (KIND_NAMES[loan.kind] as KindName);
    this.routingKey = routingKey;
    this.payload = payload;
    this.attempt = loan.attempt;
    this.redelivered = loan.redelivered;
    this.missed = 0;
    this.#loan = loan;
    this.#home = home;
  }

  get id(): string {
    const { extras, peer, seqHigh, seqLow } = this.#loan;
    return extras?.id ?? `${peer.memory.number}-${(seqHigh >>> 0) * UNSIGNED + (seqLow >>> 0)}`;
  }

  get headers(): Headers {
    return this.#loan.extras?.headers ?? NO_HEADERS;
  }

  get timestamp(): number {
    return Math.round(this.#home.epochMs + this.#loan.sentMs);
  }

  get deadline(): number | undefined {
    const { deadlineMs } = this.#loan;
    return deadlineMs === NO_DEADLINE ? undefined : Math.round(this.#home.epochMs + deadlineMs);
  }

  get correlationId(): string | undefined {
    const loan = this.#loan;
    if (loan.kind === KIND.request) return correlationOf(loan, this.#home.client);
    return loan.isForwarded ? this.headers[CORRELATION_HEADER] : undefined;
  }

  ack(): boolean {
    return this.#settle?.(undefined) ?? false;
  }

  nack(options?: NackOptions): boolean {
    const nack = resolveNackOptions(options);
    return this.#settle?.(nack) ?? false;
  }

  toJSON(): Message & { readonly missed: number } {
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
}
