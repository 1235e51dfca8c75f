/**
 * Times as shared words hold them: Int32 ms since the start of the bus, which wrap and are compared by difference. A look
 * comes a little earlier or later than the time was told, and a time at the very end of the range would then seem to have
 * passed already: the last hours of the range stay free.
 */

/** 24.66 days: what is to last longer lasts so long. */
export const AHEAD_MAX_MS: number = 2 ** 31 - 1 - 2 ** 24;

/** The first whole ms at which `durationMs` have passed. */
export function timeAfter(nowMs: number, durationMs: number): number {
  return Math.ceil(nowMs + Math.min(durationMs, AHEAD_MAX_MS)) | 0;
}
