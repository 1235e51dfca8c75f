/** A carrier that loses a message may wait for it for ever; a bench ends, and says what hung. */

/** Rejects with a text that names `what` when `promise` is not settled after `limitMs`. */
export async function within<T>(promise: Promise<T>, limitMs: number, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const expiry = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`${what}: no end after ${limitMs / 1_000} s, a message seems to be lost`));
    }, limitMs);
  });
  try {
    return await Promise.race([promise, expiry]);
  } finally {
    clearTimeout(timer);
  }
}
