/** The public names of the package. Importing it loads no thread, timer or optional package. */

export type { CloseResult, MessageBus, Ticket } from './bus.ts';
export { createBus } from './bus.ts';
export type { BusVerbs } from './bus-verbs.ts';
export type { BusEvents } from './client/bus-events.ts';
export type { DeadLetterVerbs } from './client/dead-letter-verbs.ts';
export type { Endpoint } from './client/endpoint-handle.ts';
export type { MessageEnvelope } from './client/envelope.ts';
export type { EventMessage, Message } from './client/message.ts';
export type { Route } from './client/route-handle.ts';
export type { TryResult } from './client/sender.ts';
export type { Subscription } from './client/subscription.ts';
export type { ConnectedBus, DetachResult } from './connect.ts';
export { connect } from './connect.ts';
export type { Contract, ContractsOf, ContractVerbs, WithContracts } from './contracts.ts';
export type { EndpointRecord, ExplainedRoute, Explanation } from './control/plane.ts';
export type { EventHandler, HandlerContext, MessageHandler } from './handler.ts';
export type { CodecModule } from './message/codec-module.ts';
export type {
  DeadLetter,
  DeadLetterFilter,
  DeadLetterPage,
  DeadLetterQuery,
} from './message/dead-letter.ts';
export type { BusErrorCode, BusErrorDetails, BusErrorInit } from './message/errors.ts';
export { BusError } from './message/errors.ts';
export type { KindName } from './message/kinds.ts';
export type { BusHealth, EndpointHealth } from './metrics/bus-health.ts';
export type { BusMetrics, EndpointMetrics } from './metrics/bus-metrics.ts';
export type { LatencySummary } from './metrics/latency.ts';
export type {
  Balance,
  BreakerOptions,
  BusConfig,
  CloseOptions,
  ConnectOptions,
  EndpointOptions,
  EndpointQuery,
  Logger,
  MatchKind,
  NackOptions,
  OnceOptions,
  Overflow,
  PoolBreakerOptions,
  PoolOptions,
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
