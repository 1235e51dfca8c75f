/**
 * Chains of patterns by gram: where each begins, and how many patterns it has. An open hash table in one
 * typed array, because a look-up probes it for every gram of its key and finds most of them absent.
 */
import type { KeyGrams } from './grams.ts';

/** Words of a cell. */
const CELL = 4;
const GRAM = 0;
/** The chain's first slot, plus 1; 0 marks a free cell. */
const HEAD = 1;
const COUNT = 2;
/** The last look-up that went through the chain. */
const SEEN_BY = 3;

const CELLS_MIN = 64;

/** No such chain. */
export const NO_CHAIN = -1;

/** The chains that a key meets; reused, because every look-up needs them. */
export class Chains {
  /** The first `count` are first slots of chains, each once. */
  heads: Int32Array = new Int32Array(1024);
  /** For each chain the first place in the key's marked units at which its gram starts. */
  places: Int32Array = new Int32Array(1024);
  count = 0;
  /** In all of them together. */
  patternCount = 0;

  /** Empty, with room for so many. */
  reset(room: number): void {
    this.count = 0;
    if (this.heads.length >= room) return;
    this.heads = new Int32Array(2 * room);
    this.places = new Int32Array(2 * room);
  }
}

export class GramTable {
  #cells = new Int32Array(CELLS_MIN * CELL);
  /** Of word offsets. */
  #mask = CELLS_MIN * CELL - 1;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Patterns under the gram. */
  countOf(gram: number): number {
    const at = this.#find(gram);
    return this.#cells[at + COUNT] as number;
  }

  /** Where the chain of the gram begins, {@link NO_CHAIN}: nowhere. */
  headOf(gram: number): number {
    return (this.#cells[this.#find(gram) + HEAD] as number) - 1;
  }

  /** Finds the chains of a key's grams, for a look-up whose number is not 0 and new. */
  visit({ count, numbers, places }: KeyGrams, lookUp: number, chains: Chains): void {
    const cells = this.#cells;
    const mask = this.#mask;
    chains.reset(count);
    const { heads, places: found } = chains;
    let met = 0;
    let patterns = 0;
    for (let i = 0; i < count; i++) {
      const gram = numbers[i] as number;
      let at = firstWord(gram) & mask;
      let head = cells[at + HEAD] as number;
      while (head !== 0 && cells[at + GRAM] !== gram) {
        at = (at + CELL) & mask;
        head = cells[at + HEAD] as number;
      }
      if (head === 0 || cells[at + SEEN_BY] === lookUp) continue;
      cells[at + SEEN_BY] = lookUp;
      patterns += cells[at + COUNT] as number;
      heads[met] = head - 1;
      found[met++] = places[i] as number;
    }
    chains.count = met;
    chains.patternCount = patterns;
  }

  /** The chain has grown by one pattern, and begins at `head` now. */
  grow(gram: number, head: number): void {
    let at = this.#find(gram);
    if (this.#cells[at + HEAD] === 0) {
      if (2 * (this.#size + 1) * CELL > this.#cells.length) {
        this.#resize();
        at = this.#find(gram);
      }
      this.#cells[at + GRAM] = gram;
      this.#cells[at + COUNT] = 0;
      this.#cells[at + SEEN_BY] = 0;
      this.#size++;
    }
    this.#cells[at + HEAD] = head + 1;
    this.#cells[at + COUNT] = (this.#cells[at + COUNT] as number) + 1;
  }

  /** The chain has lost a pattern; it begins at `head`, or is no more: {@link NO_CHAIN}. */
  shrink(gram: number, head: number): void {
    const at = this.#find(gram);
    this.#cells[at + HEAD] = head + 1;
    this.#cells[at + COUNT] = (this.#cells[at + COUNT] as number) - 1;
    if (head === NO_CHAIN) this.#free(at);
  }

  /** Look-ups are numbered from the start again. */
  forgetVisits(): void {
    const cells = this.#cells;
    for (let at = 0; at < cells.length; at += CELL) cells[at + SEEN_BY] = 0;
  }

  /** Offset of the gram's cell, or of the free one where it would be; that one counts nothing. */
  #find(gram: number): number {
    const cells = this.#cells;
    let at = firstWord(gram) & this.#mask;
    while (cells[at + HEAD] !== 0 && cells[at + GRAM] !== gram) at = (at + CELL) & this.#mask;
    return at;
  }

  /** Cells behind the freed one move up, unless that would take them before their own place. */
  #free(freed: number): void {
    const cells = this.#cells;
    const mask = this.#mask;
    let hole = freed;
    for (let at = (hole + CELL) & mask; cells[at + HEAD] !== 0; at = (at + CELL) & mask) {
      const home = firstWord(cells[at + GRAM] as number) & mask;
      if (((at - home) & mask) < ((at - hole) & mask)) continue;
      cells.copyWithin(hole, at, at + CELL);
      hole = at;
    }
    cells.fill(0, hole, hole + CELL);
    this.#size--;
  }

  #resize(): void {
    const old = this.#cells;
    this.#cells = new Int32Array(2 * old.length);
    this.#mask = this.#cells.length - 1;
    for (let from = 0; from < old.length; from += CELL) {
      if (old[from + HEAD] === 0) continue;
      const to = this.#find(old[from + GRAM] as number);
      for (let k = 0; k < CELL; k++) this.#cells[to + k] = old[from + k] as number;
    }
  }
}

/** Grams are hashes, but their low bits alone fill neighbouring cells. */
function firstWord(gram: number): number {
  return Math.imul(gram ^ (gram >>> 15), 0x2c1b3c6d) << 2;
}
