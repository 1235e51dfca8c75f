/**
 * What a thread knows of another client's keys, by key id: direct-mapped and bounded, so a million keys leave it as it is.
 * Key ids are not reused within their epoch; whoever keeps something adds a stamp of its own, and only what was kept with
 * the same id, epoch and stamp is found.
 */

/** Ids count up from 0: a client with few keys needs few places. */
const PLACES_MIN = 64;

export class KeyCache<Value> {
  readonly #placesMax: number;
  #mask = PLACES_MIN - 1;
  #ids = new Int32Array(PLACES_MIN);
  #epochs = new Int32Array(PLACES_MIN).fill(-1);
  #stamps = new Int32Array(PLACES_MIN);
  readonly #values: (Value | undefined)[] = nothing<Value>(PLACES_MIN);

  /** `placesMax`: a power of two, ≥ 64; of two ids that share a place the later one has it. */
  constructor(placesMax: number) {
    this.#placesMax = placesMax;
  }

  get(id: number, epoch: number, stamp: number): Value | undefined {
    const at = id & this.#mask;
    return this.#ids[at] === id && this.#epochs[at] === epoch && this.#stamps[at] === stamp
      ? this.#values[at]
      : undefined;
  }

  set(id: number, epoch: number, stamp: number, value: Value): void {
    while (id > this.#mask && this.#mask < this.#placesMax - 1) this.#double();
    const at = id & this.#mask;
    this.#ids[at] = id;
    this.#epochs[at] = epoch;
    this.#stamps[at] = stamp;
    this.#values[at] = value;
  }

  /** So far every id was below the number of places: each stays where it is. */
  #double(): void {
    const before = this.#mask + 1;
    const places = 2 * before;
    this.#ids = grown(this.#ids, places);
    this.#epochs = grown(this.#epochs, places).fill(-1, before);
    this.#stamps = grown(this.#stamps, places);
    this.#values.push(...nothing<Value>(before));
    this.#mask = places - 1;
  }
}

function grown(words: Int32Array<ArrayBuffer>, length: number): Int32Array<ArrayBuffer> {
  const longer = new Int32Array(length);
  longer.set(words);
  return longer;
}

function nothing<Value>(count: number): (Value | undefined)[] {
  return new Array<Value | undefined>(count).fill(undefined);
}
