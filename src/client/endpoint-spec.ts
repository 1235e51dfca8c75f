/** What main and the shards know of an endpoint's options, or a pool's; the rest is its threads' own business. */
import type { BreakerSpec } from '../control/commands.ts';
import type { EndpointSpec } from '../control/plane.ts';
import type { ResolvedBreaker, ResolvedEndpointOptions } from '../options.ts';

/** `window`: deliveries that may be handed over and not acknowledged, whole bus. */
export function endpointSpec(
  id: string,
  window: number,
  options: ResolvedEndpointOptions,
): EndpointSpec {
  const { breaker, concurrency, maxDeaths, queueLimit, retry, service, tags, version } = options;
  const { dedupeWindow } = options;
  return {
    id,
    tags,
    window,
    concurrency,
    retry,
    maxDeaths,
    ...(breaker === undefined ? {} : { breaker: breakerSpec(breaker) }),
    ...(options.ordered === 'key' ? { ordered: true } : {}),
    ...(options.redeliver ? {} : { redeliver: false }),
    ...(dedupeWindow > 0 ? { dedupeWindow } : {}),
    ...(queueLimit === Number.POSITIVE_INFINITY ? {} : { queueLimit }),
    ...(service === undefined ? {} : { service }),
    ...(version === undefined ? {} : { version }),
  };
}

/** As the shards know it: whether an error is a failure is decided where the handler runs. */
function breakerSpec(breaker: ResolvedBreaker): BreakerSpec {
  const { openFor: openForMs, probes } = breaker;
  if (breaker.kind === 'consecutive') {
    return { consecutiveFailures: breaker.consecutiveFailures, openForMs, probes };
  }
  const { failureRate, minimumVolume, window: windowMs } = breaker;
  return { failureRate, minimumVolume, windowMs, openForMs, probes };
}
