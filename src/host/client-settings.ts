/** The options of a bus that every client of it works with. */
import type { ClientSettings } from '../control/plane.ts';
import type { ResolvedConfig } from '../options.ts';

export function settingsOf(config: ResolvedConfig): ClientSettings {
  return {
    maxMessageBytes: config.maxMessageSize,
    correlationTimeoutMs: config.correlationTimeout,
    batchSize: config.batchSize,
    maxConcurrentDeliveries: config.maxConcurrentDeliveries,
    codec: config.codec,
    debugLeases: config.debugLeases,
  };
}
