/** The shared words of a small world as one array of numbers, so that a state can be kept and put back. */
export class MemoryImage {
  readonly #regions: readonly Int32Array[];
  /** By buffer, for each of its words: its position in the image + 1, or 0. */
  readonly #positions = new Map<ArrayBufferLike, Int32Array>();
  /** Words beside the image that were read or stored to, as places in their buffers. */
  readonly #readOutside = new Map<ArrayBufferLike, Set<number>>();
  readonly #writtenOutside = new Map<ArrayBufferLike, Set<number>>();
  readonly words: number;

  /** Buffers larger than what matters cost time: give views of the words in use. */
  constructor(regions: readonly Int32Array[]) {
    this.#regions = regions;
    let at = 0;
    for (const { buffer, byteOffset, length } of regions) {
      const positions = this.#positions.get(buffer) ?? new Int32Array(buffer.byteLength / 4);
      this.#positions.set(buffer, positions);
      for (let word = byteOffset / 4; word < byteOffset / 4 + length; word++) {
        if (positions[word] !== 0) throw new RangeError('a word of the world is given twice');
        positions[word] = ++at;
      }
    }
    this.words = at;
  }

  /** Where in the image a word is; -1: it is none of the world's. */
  positionOf(view: Int32Array, index: number): number {
    const positions = this.#positions.get(view.buffer);
    return positions === undefined ? -1 : (positions[view.byteOffset / 4 + index] as number) - 1;
  }

  /** What is not part of a state must not change: a word is either read or stored to. */
  noteReadOutside(view: Int32Array, index: number): void {
    noteOutside(this.#readOutside, this.#writtenOutside, view, index);
  }

  noteWriteOutside(view: Int32Array, index: number): void {
    noteOutside(this.#writtenOutside, this.#readOutside, view, index);
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

type Places = Map<ArrayBufferLike, Set<number>>;

function noteOutside(own: Places, other: Places, view: Int32Array, index: number): void {
  const word = view.byteOffset / 4 + index;
  const places = own.get(view.buffer) ?? new Set();
  own.set(view.buffer, places.add(word));
  if (other.get(view.buffer)?.has(word) !== true) return;
  throw new Error(`word ${word} of a buffer is read and stored to, but not in the world's memory`);
}
