/**
 * What a client's interned key resolves to, by key id: direct-mapped and bounded, so a million keys that match nothing
 * leave it as it is. An entry counts only for the route table's generation in which it was made. Key ids are never
 * reused within their epoch, and the epoch is compared too.
 */
import type { Resolution } from '../routing/router.ts';

/** Ids count up from 0: a client with few keys needs few places. */
const ENTRIES_MIN = 64;
const ENTRIES_MAX = 8192;

export class KeyCache {
  #mask = ENTRIES_MIN - 1;
  #ids = new Int32Array(ENTRIES_MIN);
  #epochs = new Int32Array(ENTRIES_MIN).fill(-1);
  #generations = new Int32Array(ENTRIES_MIN);
  readonly #resolutions: (Resolution | undefined)[] = noResolutions(ENTRIES_MIN);

  get(id: number, epoch: number, generation: number): Resolution | undefined {
    const at = id & this.#mask;
    return this.#ids[at] === id &&
      this.#epochs[at] === epoch &&
      this.#generations[at] === generation
      ? this.#resolutions[at]
      : undefined;
  }

  set(id: number, epoch: number, generation: number, resolution: Resolution): void {
    while (id > this.#mask && this.#mask < ENTRIES_MAX - 1) this.#double();
    const at = id & this.#mask;
    this.#ids[at] = id;
    this.#epochs[at] = epoch;
    this.#generations[at] = generation;
    this.#resolutions[at] = resolution;
  }

  /** So far every id was below the number of places: each stays where it is. */
  #double(): void {
    const before = this.#mask + 1;
    const places = 2 * before;
    this.#ids = grown(this.#ids, places);
    this.#epochs = grown(this.#epochs, places).fill(-1, before);
    this.#generations = grown(this.#generations, places);
    this.#resolutions.push(...noResolutions(before));
    this.#mask = places - 1;
  }
}

function grown(words: Int32Array<ArrayBuffer>, length: number): Int32Array<ArrayBuffer> {
  const longer = new Int32Array(length);
  longer.set(words);
  return longer;
}

function noResolutions(count: number): (Resolution | undefined)[] {
  return new Array<Resolution | undefined>(count).fill(undefined);
}
