/**
 * Seeds of fingerprints, one for each endpoint id, made of a secret of the bus: nobody who does not know it can tell which
 * messages an endpoint would take for the same. An endpoint that comes again under its id has its seed again, so what
 * its predecessor handled stays known.
 */

const SECRET_BYTES = 32;
/** Where the words of a seed lie in the digest. */
const WORDS_AT: readonly number[] = [0, 4, 8, 12];

export class DedupeSeeds {
  #secret: Buffer | undefined;

  /** 4 words. */
  async of(endpoint: string): Promise<readonly number[]> {
    // Loaded with the first one: most buses need none.
    const { createHmac, randomBytes } = await import('node:crypto');
    this.#secret ??= randomBytes(SECRET_BYTES);
    const digest = createHmac('sha256', this.#secret).update(endpoint).digest();
    return WORDS_AT.map((at) => digest.readInt32LE(at));
  }
}
