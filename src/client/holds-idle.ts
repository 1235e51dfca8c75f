/** Whether a bus with nothing under way holds its process. */

export interface Registered {
  readonly endpointCount: number;
  readonly subscriptionCount: number;
  /** Endpoints that ask to hold it. */
  readonly keepAliveCount: number;
}

/**
 * `refs` is what `ref()` (true), `unref()` (false) or neither said. A connected thread that is held is so while it is
 * connected, main only while something is registered.
 */
export function holdsIdle(refs: boolean | undefined, isMain: boolean, is: Registered): boolean {
  if (refs === false) return false;
  if (refs === undefined) return is.keepAliveCount > 0;
  return !isMain || is.endpointCount + is.subscriptionCount > 0;
}
