/**
 * What a client's interned key resolves to, by key id: direct-mapped, so a million keys that match nothing leave it as
 * it is. An entry counts only for the route table's generation in which it was made. Key ids are never reused within
 * their epoch, and the epoch is compared too.
 */
import type { Resolution } from '../routing/router.ts';

const ENTRIES = 8192;
const MASK = ENTRIES - 1;

export class KeyCache {
  readonly #ids = new Int32Array(ENTRIES);
  readonly #epochs = new Int32Array(ENTRIES).fill(-1);
  readonly #generations = new Int32Array(ENTRIES);
  readonly #resolutions: (Resolution | undefined)[] = new Array<Resolution | undefined>(
    ENTRIES,
  ).fill(undefined);

  get(id: number, epoch: number, generation: number): Resolution | undefined {
    const at = id & MASK;
    return this.#ids[at] === id &&
      this.#epochs[at] === epoch &&
      this.#generations[at] === generation
      ? this.#resolutions[at]
      : undefined;
  }

  set(id: number, epoch: number, generation: number, resolution: Resolution): void {
    const at = id & MASK;
    this.#ids[at] = id;
    this.#epochs[at] = epoch;
    this.#generations[at] = generation;
    this.#resolutions[at] = resolution;
  }
}
