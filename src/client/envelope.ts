/** The seed's envelope: one verb for all four kinds. */
import { BusError } from '../message/errors.ts';
import { kindOf } from '../message/text.ts';
import { nearestName, type SendOptions } from '../options.ts';
import { CORRELATION_HEADER } from './message.ts';

export interface MessageEnvelope {
  readonly kind: 'request' | 'response' | 'notification' | 'event';
  /** Not needed for responses. */
  readonly routingKey?: string | undefined;
  readonly payload?: unknown;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Responses: as the handler received it. */
  readonly correlationId?: string | undefined;
  /**
   * Requests: the id of an endpoint that the reply goes to, as kind 'response', with `correlationId`. The promise
   * resolves, with nothing, when the request is routed.
   */
  readonly replyTo?: string | undefined;
  readonly id?: string | undefined;
  readonly ttl?: number | undefined;
}

export type CheckedEnvelope =
  | {
      readonly kind: 'request' | 'notification' | 'event';
      readonly routingKey: string;
      readonly payload: unknown;
      readonly options: SendOptions;
      /** Of a request. */
      readonly replyTo?: string;
    }
  | {
      readonly kind: 'response';
      readonly routingKey: string;
      readonly payload: unknown;
      readonly options: SendOptions;
      readonly correlationId: string;
    };

const KINDS: readonly unknown[] = ['request', 'response', 'notification', 'event'];
const NAMES = ['kind', 'routingKey', 'payload', 'headers', 'correlationId', 'replyTo', 'id', 'ttl'];

/** Throws ERR_BUS_INVALID_MESSAGE, ERR_BUS_MISSING_CORRELATION_ID. */
export function checkEnvelope(envelope: unknown): CheckedEnvelope {
  if (typeof envelope !== 'object' || envelope === null) {
    throw invalid('expected an envelope object', kindOf(envelope));
  }
  try {
    return readEnvelope(envelope);
  } catch (error) {
    if (BusError.isBusError(error)) throw error;
    throw invalid('expected an envelope that can be read', 'one that throws', error);
  }
}

/** Throws what a getter or a proxy of the envelope throws, too. */
function readEnvelope(envelope: object): CheckedEnvelope {
  for (const name in envelope) {
    if (NAMES.includes(name)) continue;
    const nearest = nearestName(name, NAMES);
    const hint = nearest === undefined ? '' : `; did you mean '${nearest}'?`;
    throw invalid(`expected only ${NAMES.join(', ')}`, `'${name}'${hint}`);
  }
  const { kind, routingKey, payload, headers, correlationId, replyTo, id, ttl } =
    envelope as MessageEnvelope;
  if (!KINDS.includes(kind)) {
    throw invalid(`expected kind to be one of ${KINDS.join(', ')}`, kindOf(kind));
  }
  if (replyTo !== undefined) checkReplyTo(kind, replyTo);
  const options: SendOptions = {
    headers: withCorrelation(kind, headers, correlationId),
    id,
    ttl,
  };
  if (kind !== 'response') {
    const checked = { kind, routingKey: routingKey as string, payload, options };
    return replyTo === undefined ? checked : { ...checked, replyTo };
  }
  if (correlationId === undefined) {
    throw new BusError(
      'ERR_BUS_MISSING_CORRELATION_ID',
      'routeMessage: a response needs the correlationId that its handler received.',
    );
  }
  if (typeof correlationId !== 'string') {
    throw invalid('expected correlationId to be a string', kindOf(correlationId));
  }
  return { kind, routingKey: routingKey ?? '', payload, options, correlationId };
}

function checkReplyTo(kind: MessageEnvelope['kind'], replyTo: unknown): void {
  if (typeof replyTo !== 'string') {
    throw invalid('expected replyTo to be the id of an endpoint', kindOf(replyTo));
  }
  if (kind !== 'request') {
    throw invalid(
      "expected replyTo only with kind 'request', which alone is replied to",
      `'${kind}'`,
    );
  }
}

/** A caller's own correlation id is never used for look-up; it travels as a header. */
function withCorrelation(
  kind: MessageEnvelope['kind'],
  headers: MessageEnvelope['headers'],
  correlationId: string | undefined,
): MessageEnvelope['headers'] {
  if (kind === 'response' || correlationId === undefined) return headers;
  return { ...headers, [CORRELATION_HEADER]: correlationId };
}

function invalid(expected: string, got: string, cause?: unknown): BusError {
  const end = got.endsWith('?') ? '' : '.';
  return new BusError('ERR_BUS_INVALID_MESSAGE', `routeMessage: ${expected}, got ${got}${end}`, {
    details: { expected, got },
    ...(cause === undefined ? {} : { cause }),
  });
}
