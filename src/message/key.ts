/**
 * Routing keys: what is a valid one, and the hash that chooses its shard. Interning and the bytes
 * in shared memory are the client's business.
 */
import { LIMITS } from '../limits.ts';
import { BusError } from './errors.ts';
import { isWellFormed, kindOf } from './text.ts';

/** A code unit never takes more than three bytes of UTF-8 (a pair takes four for two). */
const BYTES_PER_UNIT_MAX = 3;
const SURELY_SHORT = Math.floor(LIMITS.keyBytes / BYTES_PER_UNIT_MAX);

/**
 * Throws `ERR_BUS_INVALID_MESSAGE` unless `key` is a non-empty, well-formed string of at most 4 096
 * bytes of UTF-8.
 */
export function validateKey(key: unknown): asserts key is string {
  if (typeof key !== 'string' || key.length === 0 || key.length > SURELY_SHORT) {
    return validateUnusual(key);
  }
  if (!isWellFormed(key)) refuse('is ill-formed', 'well-formed UTF-16', 'a lone surrogate');
}

/**
 * Int32 hash of a valid key; the shard is `(hashKey(key) >>> 0) % shards`. All threads of a bus must
 * agree on it, so it depends on nothing but the key. It is not meant to resist an attacker.
 */
export function hashKey(key: string): number {
  let hash = 0x811c9dc5 | 0;
  const length = key.length;
  for (let i = 0; i < length; i++) {
    hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  }
  // FNV-1a leaves the low bits of keys that differ in their last character nearly sequential; the
  // finaliser spreads every input bit over all output bits, which `%` needs.
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

function validateUnusual(key: unknown): void {
  if (typeof key !== 'string') return refuse('is not a string', 'a non-empty string', kindOf(key));
  if (key.length === 0) return refuse('is empty', 'a non-empty string', "''");
  // The length first: it spares an absurdly long string every scan.
  const bytes = key.length > LIMITS.keyBytes ? key.length : Buffer.byteLength(key);
  if (bytes > LIMITS.keyBytes) {
    const got = bytes === key.length ? `at least ${bytes}` : String(bytes);
    return refuse('is too long', `at most ${LIMITS.keyBytes} bytes of UTF-8`, `${got} bytes`);
  }
  if (!isWellFormed(key)) refuse('is ill-formed', 'well-formed UTF-16', 'a lone surrogate');
}

function refuse(problem: string, expected: string, got: string): never {
  throw new BusError(
    'ERR_BUS_INVALID_MESSAGE',
    `The routing key ${problem}: expected ${expected}, got ${got}.`,
    { details: { field: 'routingKey', expected, got } },
  );
}
