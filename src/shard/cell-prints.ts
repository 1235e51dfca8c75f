/** By cell of one client: the fingerprint of the delivery there, where its endpoint has a `dedupeWindow`. */
import { PRINT_WORDS } from '../memory/handled-words.ts';

export class CellPrints {
  /** PRINT_WORDS a cell, of those that have one. */
  readonly words: Int32Array;
  readonly #has: Uint8Array;

  constructor(cells: number) {
    this.words = new Int32Array(cells * PRINT_WORDS);
    this.#has = new Uint8Array(cells);
  }

  /** `print` undefined: none. */
  set(cell: number, print: Int32Array | undefined): void {
    this.#has[cell] = print === undefined ? 0 : 1;
    if (print !== undefined) this.words.set(print, cell * PRINT_WORDS);
  }

  has(cell: number): boolean {
    return this.#has[cell] !== 0;
  }

  /** Its first word; only where there is one. */
  firstOf(cell: number): number {
    return this.words[cell * PRINT_WORDS] as number;
  }
}
