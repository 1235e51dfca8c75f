/**
 * What one step of an actor reads of the world's words and leaves in them. The same actor with the same log does the
 * same wherever these words read the same, so that a step is run once and remembered (`steps.ts`).
 */
import type { MemoryImage } from './image.ts';

export class Footprint {
  readonly #image: MemoryImage;
  /** By position in the image: what was read there, unless the step had stored it itself. */
  readonly reads: Map<number, number> = new Map();
  /** By position: what the step left there. */
  readonly writes: Map<number, number> = new Map();

  constructor(image: MemoryImage) {
    this.#image = image;
  }

  read(view: Int32Array, index: number): number {
    const value = view[index] as number;
    const position = this.#image.positionOf(view, index);
    if (position < 0) this.#image.noteReadOutside(view, index);
    else if (!this.writes.has(position) && !this.reads.has(position)) {
      this.reads.set(position, value);
    }
    return value;
  }

  write(view: Int32Array, index: number, value: number): void {
    view[index] = value;
    const position = this.#image.positionOf(view, index);
    if (position < 0) this.#image.noteWriteOutside(view, index);
    else this.writes.set(position, value | 0);
  }
}
