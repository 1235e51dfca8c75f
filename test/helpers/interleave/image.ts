/** The shared words of a small world as one array of numbers, so that a state can be kept and put back. */
export class MemoryImage {
  readonly #regions: readonly Int32Array[];
  readonly words: number;

  /** Buffers larger than what matters cost time: give views of the words in use. */
  constructor(regions: readonly Int32Array[]) {
    this.#regions = regions;
    this.words = regions.reduce((sum, region) => sum + region.length, 0);
  }

  capture(): Int32Array {
    const image = new Int32Array(this.words);
    let at = 0;
    // Word by word: most regions have a few only, for which a copy by the engine costs more.
    for (const region of this.#regions) {
      for (let i = 0; i < region.length; i++) image[at++] = region[i] as number;
    }
    return image;
  }

  restore(image: Int32Array): void {
    let at = 0;
    for (const region of this.#regions) {
      for (let i = 0; i < region.length; i++) region[i] = image[at++] as number;
    }
  }
}
