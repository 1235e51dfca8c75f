/**
 * Whether and when a thread of a pool that died is replaced. One that served for a while is replaced at once; lives that
 * are short again and again, and starts that fail, wait longer each time. One that cannot be started is given up.
 */

import { isError } from '../message/error-codec.ts';

/** Starts that fail in a row. */
const FAILED_STARTS_MAX = 5;
/** A life that lasts longer ends the row of short ones. */
const STABLE_MS = 1_000;
/** Short lives in a row that are replaced at once: a message may cost three, and several may come together. */
const PROMPT_MAX = 16;
const DELAY_FIRST_MS = 50;
const DELAY_MAX_MS = 2_000;
const DOUBLINGS_MAX = 16;

export interface ThreadDeath {
  /** It had joined the bus, so that it could handle messages. */
  readonly served: boolean;
  /** Since then. */
  readonly servedMs: number;
}

/** Of errors that come back however often a module is loaded: it, or what it imports, is not there or is no module. */
const FINAL: ReadonlySet<unknown> = new Set([
  'ERR_MODULE_NOT_FOUND',
  'MODULE_NOT_FOUND',
  'ERR_UNKNOWN_BUILTIN_MODULE',
  'ERR_UNKNOWN_FILE_EXTENSION',
  'ERR_UNSUPPORTED_DIR_IMPORT',
  'ERR_UNSUPPORTED_RESOLVE_REQUEST',
  'ERR_INVALID_MODULE_SPECIFIER',
  'ERR_PACKAGE_PATH_NOT_EXPORTED',
  'ERR_BUS_CONFIG',
]);

/** A first start that failed with this will fail again. */
export function cannotBetter(error: unknown): boolean {
  if (!isError(error)) return false;
  return error instanceof SyntaxError || FINAL.has((error as { readonly code?: unknown }).code);
}

export class ReplacementPolicy {
  #failedStarts = 0;
  #short = 0;

  /** Ms until the next start; undefined: give up. */
  next({ served, servedMs }: ThreadDeath): number | undefined {
    if (!served) {
      this.#failedStarts += 1;
      if (this.#failedStarts >= FAILED_STARTS_MAX) return undefined;
      return delayAfter(this.#failedStarts);
    }
    this.#failedStarts = 0;
    this.#short = servedMs >= STABLE_MS ? 0 : this.#short + 1;
    return delayAfter(this.#short - PROMPT_MAX);
  }
}

function delayAfter(times: number): number {
  if (times <= 0) return 0;
  return Math.min(DELAY_MAX_MS, DELAY_FIRST_MS * 2 ** Math.min(times - 1, DOUBLINGS_MAX));
}
