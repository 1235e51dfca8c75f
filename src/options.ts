/** Every option of the public interface, validated and with its default. One import for users of it. */

export type {
  BreakerOptions,
  PoolBreakerOptions,
  ResolvedBreaker,
} from './options/breaker-options.ts';
export {
  type BusConfig,
  type Logger,
  type ResolvedConfig,
  resolveConfig,
} from './options/bus-config.ts';
export {
  type CloseOptions,
  type ResolvedCloseOptions,
  resolveCloseOptions,
} from './options/close-options.ts';
export { type ConnectOptions, resolveConnectOptions } from './options/codec-option.ts';
export { resolveDeadLetterFilter, resolveDeadLetterQuery } from './options/dead-letter-options.ts';
export {
  type EndpointOptions,
  type ResolvedEndpointOptions,
  type RetryOptions,
  resolveEndpointOptions,
} from './options/endpoint-options.ts';
export { type EndpointQuery, resolveEndpointQuery } from './options/endpoint-query.ts';
export { nearestName } from './options/nearest-name.ts';
export {
  type PoolOptions,
  type ResolvedPoolOptions,
  resolvePoolOptions,
  resolveStartWorkerOptions,
  type StartWorkerOptions,
} from './options/pool-options.ts';
export { configError, readOnce } from './options/reader.ts';
export {
  type Balance,
  type MatchKind,
  type RouteEntry,
  type RouteOptions,
  resolveMatch,
  resolveRouteEntry,
  resolveRouteOptions,
} from './options/route-options.ts';
export {
  NO_SEND_OPTIONS,
  type RequestOptions,
  type ResolvedSendOptions,
  resolveSendOptions,
  type SendOptions,
} from './options/send-options.ts';
export {
  CAPACITY_BYTES,
  type NackOptions,
  type OnceOptions,
  type Overflow,
  type ResolvedNack,
  type ResolvedSubscribeOptions,
  resolveNackOptions,
  resolveOnceSignal,
  resolveSubscribeOptions,
  type SubscribeOptions,
} from './options/subscribe-options.ts';
export type { ThreadOptions, ThreadResourceLimits } from './options/thread-options.ts';
export { resolveTicketOptions, type TicketOptions } from './options/ticket-options.ts';
