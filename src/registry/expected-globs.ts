/**
 * Large registrations: while main checks the routes, the shards prepare for their globs, in pieces small enough for
 * messages to be routed in between.
 */
import type { RouteRequest } from '../control/plane.ts';
import { matchingOf, PATTERN_BYTES_MAX } from '../routing/pattern.ts';

/** Of fewer the shards make short work. */
const ROUTES_MIN = 1_000;
/** Some 10 ms of a shard. */
const GLOBS_PER_PIECE = 2_048;

/** The globs among the patterns, which nobody has checked; nothing when there are few. */
export function* expectedGlobs(routes: readonly RouteRequest[]): Generator<readonly string[]> {
  if (routes.length < ROUTES_MIN) return;
  let piece: string[] = [];
  for (const { match, pattern } of routes) {
    if (match !== 'glob' && match !== 'auto') continue;
    if (typeof pattern !== 'string' || pattern.length > PATTERN_BYTES_MAX) continue;
    if (match === 'auto' && matchingOf(pattern) !== 'glob') continue;
    piece.push(pattern);
    if (piece.length < GLOBS_PER_PIECE) continue;
    yield piece;
    piece = [];
  }
  if (piece.length > 0) yield piece;
}
