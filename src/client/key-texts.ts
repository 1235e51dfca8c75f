/**
 * The routing keys of another client's messages as strings, by key id: direct-mapped and bounded. Key ids are not reused
 * within their epoch.
 */

/** Ids count up from 0: a client with few keys needs few places. */
const KEYS_MIN = 64;
const KEYS_MAX = 4096;

export class KeyTexts {
  #mask = KEYS_MIN - 1;
  #ids = new Int32Array(KEYS_MIN);
  #epochs = new Int32Array(KEYS_MIN).fill(-1);
  #hashes = new Int32Array(KEYS_MIN);
  readonly #texts: string[] = new Array<string>(KEYS_MIN).fill('');

  get(id: number, epoch: number, hash: number): string | undefined {
    const at = id & this.#mask;
    return this.#ids[at] === id && this.#epochs[at] === epoch && this.#hashes[at] === hash
      ? this.#texts[at]
      : undefined;
  }

  set(id: number, epoch: number, hash: number, text: string): void {
    while (id > this.#mask && this.#mask < KEYS_MAX - 1) this.#double();
    const at = id & this.#mask;
    this.#ids[at] = id;
    this.#epochs[at] = epoch;
    this.#hashes[at] = hash;
    this.#texts[at] = text;
  }

  /** So far every id was below the number of places: each stays where it is. */
  #double(): void {
    const before = this.#mask + 1;
    const places = 2 * before;
    this.#ids = grown(this.#ids, places);
    this.#epochs = grown(this.#epochs, places).fill(-1, before);
    this.#hashes = grown(this.#hashes, places);
    this.#texts.push(...new Array<string>(before).fill(''));
    this.#mask = places - 1;
  }
}

function grown(words: Int32Array<ArrayBuffer>, length: number): Int32Array<ArrayBuffer> {
  const longer = new Int32Array(length);
  longer.set(words);
  return longer;
}
