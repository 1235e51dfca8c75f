/** Peers are development dependencies: where the package runs without them, they are named as absent. */

import type { AbsentPackage } from '../harness/contestant.ts';

/** What `load` imports, or the name when that package is not installed. Other failures are thrown. */
export async function ifInstalled<M extends object>(
  name: string,
  load: () => Promise<M>,
): Promise<M | AbsentPackage> {
  try {
    return await load();
  } catch (error) {
    const isMissing =
      error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND';
    if (isMissing && error.message.includes(`'${name}'`)) return { absent: name };
    throw error;
  }
}
