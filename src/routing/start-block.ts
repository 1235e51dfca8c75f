/**
 * Up to 512 neighbouring places of a key at which a segment may start, as bits, and how an atom of
 * the segment cuts them down. It knows position sets, but neither segments nor atoms.
 */

/** Words of starts looked at together: enough to make an atom's fixed cost small per start. */
export const BLOCK_WORDS = 16;

export class StartBlock {
  readonly #words = new Int32Array(BLOCK_WORDS);
  /** Positions of several ranges together; one word more, because starts are shifted into it. */
  readonly #union = new Int32Array(BLOCK_WORDS + 1);
  /** Index, in words of the key, of the block's first word. */
  #base = 0;
  /** First and last word of the block that may still have a bit; none when first > last. */
  #first = 0;
  #last = -1;

  get isEmpty(): boolean {
    return this.#first > this.#last;
  }

  /** How many words may still have a bit. */
  get liveWords(): number {
    return this.#last - this.#first + 1;
  }

  /** All starts from `from` to `to`, both included, that lie within the block of word `base`. */
  open(base: number, from: number, to: number): void {
    const words = this.#words;
    this.#base = base;
    this.#first = 0;
    this.#last = Math.min(BLOCK_WORDS - 1, (to >> 5) - base);
    for (let k = 0; k <= this.#last; k++) words[k] = -1;
    if (from >> 5 === base) words[0] = -1 << (from & 31);
    const lastWord = (to >> 5) - base;
    if (lastWord < BLOCK_WORDS) {
      words[lastWord] = (words[lastWord] as number) & (-1 >>> (31 - (to & 31)));
    }
  }

  /** The first start that is left; only for a block that is not empty. */
  firstStart(): number {
    const bits = this.#words[this.#first] as number;
    return ((this.#base + this.#first) << 5) + (31 - Math.clz32(bits & -bits));
  }

  /** As `firstStart`, and takes it out. */
  takeFirst(): number {
    const words = this.#words;
    const start = this.firstStart();
    const bits = words[this.#first] as number;
    words[this.#first] = bits & (bits - 1);
    this.#trim();
    return start;
  }

  /** Whether no more than so many starts are left; true for an empty block. */
  hasAtMost(count: number): boolean {
    const words = this.#words;
    const last = this.#last;
    let left = count;
    for (let k = this.#first; k <= last; k++) {
      for (let bits = words[k] as number; bits !== 0; bits &= bits - 1) {
        if (--left < 0) return false;
      }
    }
    return true;
  }

  /** Keeps the starts that have, `offset` places on, a position of row `inside` but not `outside`. */
  keepRange(rows: Int32Array, inside: number, outside: number, offset: number): void {
    const words = this.#words;
    const shift = offset & 31;
    const skipped = this.#base + (offset >> 5);
    const insideAt = inside + skipped;
    const outsideAt = outside + skipped;
    const end = this.#last + 1;
    let k = this.#first;
    let low = (rows[insideAt + k] as number) & ~(rows[outsideAt + k] as number);
    for (; k < end; k++) {
      const high = (rows[insideAt + k + 1] as number) & ~(rows[outsideAt + k + 1] as number);
      // A shift by 32 would shift by nothing, so the high word is shifted in two goes.
      words[k] = (words[k] as number) & ((low >>> shift) | ((high << 1) << (31 - shift)));
      low = high;
    }
    this.#trim();
  }

  /** Begins the union of several ranges, for `keepUnion`. */
  clearUnion(): void {
    this.#union.fill(0);
  }

  addToUnion(rows: Int32Array, inside: number, outside: number, offset: number): void {
    const union = this.#union;
    const skipped = this.#base + (offset >> 5);
    const end = this.#last + 1;
    for (let k = this.#first; k <= end; k++) {
      const positions =
        (rows[inside + skipped + k] as number) & ~(rows[outside + skipped + k] as number);
      union[k] = (union[k] as number) | positions;
    }
  }

  /** Keeps the starts that have, `offset` places on, a position of the union. */
  keepUnion(offset: number): void {
    const words = this.#words;
    const union = this.#union;
    const shift = offset & 31;
    const end = this.#last + 1;
    for (let k = this.#first; k < end; k++) {
      const low = union[k] as number;
      const high = union[k + 1] as number;
      words[k] = (words[k] as number) & ((low >>> shift) | ((high << 1) << (31 - shift)));
    }
    this.#trim();
  }

  #trim(): void {
    const words = this.#words;
    let first = this.#first;
    let last = this.#last;
    while (first <= last && words[first] === 0) first++;
    while (last >= first && words[last] === 0) last--;
    this.#first = first;
    this.#last = last;
  }
}
