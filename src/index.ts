/** The public names of the package. Importing it loads no thread, timer or optional package. */

export type { CloseResult, MessageBus, Ticket } from './bus.ts';
export { createBus } from './bus.ts';
export type { BusEvents } from './client/bus-events.ts';
export type { Endpoint } from './client/endpoint-handle.ts';
export type { Envelope as MessageEnvelope } from './client/envelope.ts';
export type { HandlerContext } from './client/handler-context.ts';
export type { Message } from './client/message.ts';
export type { Route } from './client/route-handle.ts';
export type { Subscription } from './client/subscription.ts';
export type { ConnectedBus, DetachResult } from './connect.ts';
export { connect } from './connect.ts';
export type { EndpointRecord, ExplainedRoute, Explanation } from './control/plane.ts';
export type { CodecModule } from './message/codec-module.ts';
export type { BusErrorCode } from './message/errors.ts';
export { BusError } from './message/errors.ts';
export type { BusHealth } from './metrics/bus-health.ts';
export type { BusMetrics } from './metrics/bus-metrics.ts';
export type {
  Balance,
  BreakerOptions,
  BusConfig,
  CloseOptions,
  ConnectOptions,
  EndpointOptions,
  EndpointQuery,
  Logger,
  Overflow,
  RequestOptions,
  RetryOptions,
  RouteEntry,
  RouteOptions,
  SendOptions,
  StartWorkerOptions,
  SubscribeOptions,
  ThreadOptions,
  ThreadResourceLimits,
  TicketOptions,
} from './options.ts';
