/**
 * Has the C library keep the memory of large copies for the next ones. Out of the box glibc gives a freed block of 128 KiB and
 * more, and free memory of as much at the end of an arena, back to the system, so that every large copy faults its pages in anew: six times the
 * time of the copy. When it frees a mapped block of up to 32 MiB it raises the first bound to that block's size and the
 * second to twice as much, for the whole process (mallopt(3), M_MMAP_THRESHOLD). Where the environment sets one of its
 * bounds, say `MALLOC_TRIM_THRESHOLD_=131072`, it does not learn, and this changes nothing.
 */

/** The largest that it learns from is 32 MiB, its own words and the rest of a page included. */
const LESSON_BYTES = 32 * 1_024 * 1_024 - 65_536;

let taught = process.platform !== 'linux';

/** Once a thread: another thread's lesson has been learnt by all, and to repeat it costs microseconds. */
export function keepFreedMemory(): void {
  if (taught) return;
  taught = true;
  try {
    // Not zeroed, so no page of it is touched. It is freed by the next collection.
    Buffer.allocUnsafeSlow(LESSON_BYTES);
  } catch {
    // No room for it: copies go on at their price.
  }
}
