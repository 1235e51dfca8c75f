/** A request whose reply goes to an endpoint: its sender waits until it is routed, and hears no more of it. */
import { BusError } from '../message/errors.ts';
import { KIND } from '../message/kinds.ts';
import { resolveSendOptions, type SendOptions } from '../options.ts';
import type { Peers } from './peers.ts';
import type { Sender } from './sender.ts';

export interface ForwardedRequest {
  readonly routingKey: string;
  readonly payload: unknown;
  readonly options: SendOptions;
  readonly replyTo: string;
}

/** Rejects `ERR_BUS_ENDPOINT_NOT_FOUND` for an unknown `replyTo`, otherwise as `request` does until it is routed. */
export async function requestWithReplyTo(
  peers: Peers,
  sender: Sender,
  { options, payload, replyTo, routingKey }: ForwardedRequest,
): Promise<void> {
  const to = peers.targetOf(replyTo);
  if (to === undefined) throw notFound(replyTo);
  const resolved = { ...resolveSendOptions(options, 'routeMessage'), to };
  const done = await sender.send(KIND.request, routingKey, payload, resolved).promise;
  if (done.failed) throw done.toError();
}

function notFound(endpoint: string): BusError {
  return new BusError(
    'ERR_BUS_ENDPOINT_NOT_FOUND',
    `routeMessage: replyTo names the endpoint '${endpoint.slice(0, 100)}', which is not registered; register it first.`,
    { details: { endpoint } },
  );
}
