/** Block sizes of the payload heap: multiples of 64 up to 1 KiB, then four steps a doubling up to 16 KiB. */

/** Blocks start on cache lines, so that two threads' payloads never share one. */
export const BLOCK_ALIGN_BYTES = 64;

/** Larger blocks take whole pages. */
export const SMALL_MAX_BYTES: number = 16 * 1024;

const LINEAR_MAX_BYTES = 1024;
const LINEAR_CLASSES = LINEAR_MAX_BYTES / BLOCK_ALIGN_BYTES;

export const CLASS_BYTES: readonly number[] = classSizes();

/** Class of a size of 1 … SMALL_MAX_BYTES. */
export function classOf(bytes: number): number {
  if (bytes <= LINEAR_MAX_BYTES) return (bytes - 1) >>> 6;
  // 2^k < bytes <= 2^(k+1): four classes between them.
  const k = 31 - Math.clz32(bytes - 1);
  const quarter = (bytes - 1 - (1 << k)) >>> (k - 2);
  return LINEAR_CLASSES + (k - 10) * 4 + quarter;
}

function classSizes(): number[] {
  const sizes: number[] = [];
  for (let bytes = BLOCK_ALIGN_BYTES; bytes <= LINEAR_MAX_BYTES; bytes += BLOCK_ALIGN_BYTES) {
    sizes.push(bytes);
  }
  for (let base = LINEAR_MAX_BYTES; base < SMALL_MAX_BYTES; base *= 2) {
    for (let quarter = 1; quarter <= 4; quarter++) sizes.push(base + (base / 4) * quarter);
  }
  return sizes;
}
