/** The seed's envelope: one verb for all four kinds. */
import { BusError } from '../message/errors.ts';
import { kindOf } from '../message/text.ts';
import { nearestName, type SendOptions } from '../options.ts';

export interface MessageEnvelope {
  readonly kind: 'request' | 'response' | 'notification' | 'event';
  /** Not needed for responses. */
  readonly routingKey?: string | undefined;
  readonly payload?: unknown;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Responses: as the handler received it. */
  readonly correlationId?: string | undefined;
  readonly id?: string | undefined;
  readonly ttl?: number | undefined;
}

export type CheckedEnvelope =
  | {
      readonly kind: 'request' | 'notification' | 'event';
      readonly routingKey: string;
      readonly payload: unknown;
      readonly options: SendOptions;
    }
  | {
      readonly kind: 'response';
      readonly routingKey: string;
      readonly payload: unknown;
      readonly options: SendOptions;
      readonly correlationId: string;
    };

const KINDS: readonly unknown[] = ['request', 'response', 'notification', 'event'];
const NAMES = ['kind', 'routingKey', 'payload', 'headers', 'correlationId', 'id', 'ttl'];

/** Throws ERR_BUS_INVALID_MESSAGE, ERR_BUS_MISSING_CORRELATION_ID. */
export function checkEnvelope(envelope: unknown): CheckedEnvelope {
  if (typeof envelope !== 'object' || envelope === null) {
    throw invalid('expected an envelope object', kindOf(envelope));
  }
  for (const name in envelope) {
    if (NAMES.includes(name)) continue;
    const nearest = nearestName(name, NAMES);
    const hint = nearest === undefined ? '' : `; did you mean '${nearest}'?`;
    throw invalid(`expected only ${NAMES.join(', ')}`, `'${name}'${hint}`);
  }
  const { kind, routingKey, payload, headers, correlationId, id, ttl } =
    envelope as MessageEnvelope;
  if (!KINDS.includes(kind)) {
    throw invalid(`expected kind to be one of ${KINDS.join(', ')}`, kindOf(kind));
  }
  const options: SendOptions = {
    headers: withCorrelation(kind, headers, correlationId),
    id,
    ttl,
  };
  if (kind !== 'response') return { kind, routingKey: routingKey as string, payload, options };
  if (correlationId === undefined) {
    throw new BusError(
      'ERR_BUS_MISSING_CORRELATION_ID',
      'routeMessage: a response needs the correlationId that its handler received.',
    );
  }
  return { kind, routingKey: routingKey ?? '', payload, options, correlationId };
}

/** A caller's own correlation id is never used for look-up; it travels as a header. */
function withCorrelation(
  kind: MessageEnvelope['kind'],
  headers: MessageEnvelope['headers'],
  correlationId: string | undefined,
): MessageEnvelope['headers'] {
  if (kind === 'response' || correlationId === undefined) return headers;
  return { ...headers, 'x-correlation-id': correlationId };
}

function invalid(expected: string, got: string): BusError {
  const end = got.endsWith('?') ? '' : '.';
  return new BusError('ERR_BUS_INVALID_MESSAGE', `routeMessage: ${expected}, got ${got}${end}`, {
    details: { expected, got },
  });
}
