/** Why a payload cannot be encoded, and where in it: `payload.items[3].fn`. */
import { BusError } from './errors.ts';

/** Path segments that are shown; a deep path is cut in its middle. */
const SEGMENTS_SHOWN = 16;
/** UTF-16 code units of one key that are shown. */
const KEY_LENGTH_SHOWN = 64;

const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;

/**
 * `containers[i]` holds the next container, or the refused value, under `keys[i]`. In a Map an even
 * key 2n is the n-th key and an odd one its value.
 */
export function formatPath(
  containers: readonly unknown[],
  keys: readonly (string | number)[],
  depth: number,
): string {
  let path = 'payload';
  for (let i = 0; i < depth; i++) {
    if (depth > SEGMENTS_SHOWN && i === SEGMENTS_SHOWN / 2) {
      path += '…';
      i = depth - SEGMENTS_SHOWN / 2;
    }
    path += segment(containers[i], keys[i] as string | number);
  }
  return path;
}

export function refusedPayload(path: string, problem: string, cause?: unknown): BusError {
  const message = `The payload cannot be encoded: ${path} ${problem}.`;
  const details = { field: path, problem };
  return cause === undefined
    ? new BusError('ERR_BUS_INVALID_MESSAGE', message, { details })
    : new BusError('ERR_BUS_INVALID_MESSAGE', message, { details, cause });
}

function segment(container: unknown, key: string | number): string {
  if (container instanceof Map && typeof key === 'number') {
    const place = key >> 1;
    return key % 2 === 0 ? `.keys()[${place}]` : `.values()[${place}]`;
  }
  if (container instanceof Set) return `.values()[${key}]`;
  if (typeof key === 'number') return `[${key}]`;
  if (IDENTIFIER.test(key) && key.length <= KEY_LENGTH_SHOWN) return `.${key}`;
  const shown = key.length > KEY_LENGTH_SHOWN ? `${key.slice(0, KEY_LENGTH_SHOWN)}…` : key;
  return `[${JSON.stringify(shown)}]`;
}
