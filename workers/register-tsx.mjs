/**
 * Starts a TypeScript entry point in a worker thread: for development and tests, never shipped.
 *
 * On Node 20 a worker whose entry is a `.ts` file does not start, with no flag; a JavaScript entry
 * that registers the loader and then imports the TypeScript one does.
 *
 *     new Worker(new URL('../workers/register-tsx.mjs', import.meta.url), { argv: [entryHref] });
 *
 * The entry is `process.argv[2]`, an absolute URL. A load error ends the worker with that error.
 */

import { register } from 'tsx/esm/api';

const entryHref = process.argv[2];
if (entryHref === undefined || !URL.canParse(entryHref)) {
  throw new TypeError(
    `register-tsx needs the entry's absolute URL as argv[0] of the Worker, got ${entryHref}`,
  );
}

register();
const entry = await import(entryHref);
/** What Piscina calls, of the entry of pools. */
export const { servePool } = entry;
