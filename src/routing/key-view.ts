/**
 * A key as the matcher sees it. One object is reused for all keys; what a match needs beyond the
 * text (code points, position sets) is made on first need, once per key, and shared by all patterns.
 * It does not judge keys: lone surrogates count as code points of their own.
 *
 * Position sets: bit i of a row belongs to the i-th code point. Row r has the positions whose code
 * point is at least the r-th smallest distinct one of the key, so the positions of any range of code
 * points are the difference of two rows:
 *
 *   key       b a c a          distinct  a b c
 *   row 0     1 1 1 1   ≥ a
 *   row 1     1 0 1 0   ≥ b    [a-b] = row 0 and not row 2 = 1 1 0 1
 *   row 2     0 0 1 0   ≥ c
 *   row 3     0 0 0 0   none
 */

const BITS_PER_WORD = 32;
const ASCII_COUNT = 128;

export class KeyView {
  /**
   * Work done since the owner last set it to 0: atoms compared, words combined, characters passed by
   * a literal search. For tests and budgets; the clock plays no part.
   */
  steps = 0;

  #text = '';
  #isPrepared = false;
  #pointCount = 0;
  #words = 0;
  #points: Int32Array = new Int32Array(0);
  #distinct: Int32Array = new Int32Array(0);
  #rows: Int32Array = new Int32Array(0);
  /** For each row, how many positions it has. */
  #counts: Int32Array = new Int32Array(1);
  /** Rank of each ASCII code point, and of the first one beyond, among the distinct ones. */
  readonly #asciiRank = new Int32Array(ASCII_COUNT + 1);
  /** Only for keys with surrogate pairs; otherwise units and points are the same. */
  #unitOfPoint: Int32Array | undefined;
  #pointOfUnit: Int32Array | undefined;

  constructor(text = '') {
    this.#text = text;
  }

  get text(): string {
    return this.#text;
  }

  /** Turns the view to another key. */
  reset(text: string): void {
    this.#text = text;
    this.#isPrepared = false;
  }

  /** Makes code points and position sets, unless they are there. All that follows needs it. */
  prepare(): void {
    if (!this.#isPrepared) this.#prepare();
  }

  /**
   * Rows of position sets, valid until the next `reset`. Each ends with a spare word: reading one
   * word past a position is safe.
   */
  get rows(): Int32Array {
    return this.#rows;
  }

  /** The code points; there may be more elements than the key has of them. */
  get points(): Int32Array {
    return this.#points;
  }

  /** Place in `rows` of the last row, which has no positions. */
  get emptyRow(): number {
    return this.#distinct.length * this.#words;
  }

  /** Place in `rows` of the first row whose code points are all ≥ `codePoint`. */
  rowFrom(codePoint: number): number {
    return this.#rankOf(codePoint) * this.#words;
  }

  /** How many code points of the key are ≥ `codePoint`. */
  countFrom(codePoint: number): number {
    return this.#counts[this.#rankOf(codePoint)] as number;
  }

  pointAt(unit: number): number {
    return this.#pointOfUnit === undefined ? unit : (this.#pointOfUnit[unit] as number);
  }

  unitAt(point: number): number {
    return this.#unitOfPoint === undefined ? point : (this.#unitOfPoint[point] as number);
  }

  #prepare(): void {
    this.#isPrepared = true;
    this.#readPoints();
    const points = this.#points.subarray(0, this.#pointCount);
    this.#distinct = distinctSorted(points);
    this.#words = (points.length >> 5) + 2;
    let rank = 0;
    for (let c = 0; c <= ASCII_COUNT; c++) {
      while (rank < this.#distinct.length && (this.#distinct[rank] as number) < c) rank++;
      this.#asciiRank[c] = rank;
    }
    this.#fillRows(points);
    this.steps += this.#words * (this.#distinct.length + 1) + points.length;
  }

  #readPoints(): void {
    const text = this.#text;
    if (this.#points.length < text.length) this.#points = new Int32Array(text.length);
    const points = this.#points;
    this.#unitOfPoint = undefined;
    this.#pointOfUnit = undefined;
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      if ((unit & 0xf800) === 0xd800) return this.#readPairs();
      points[i] = unit;
    }
    this.#pointCount = text.length;
  }

  #readPairs(): void {
    const text = this.#text;
    const unitOfPoint = new Int32Array(text.length + 1);
    const pointOfUnit = new Int32Array(text.length + 1);
    let count = 0;
    for (let i = 0; i < text.length; i++) {
      const codePoint = text.codePointAt(i) as number;
      this.#points[count] = codePoint;
      unitOfPoint[count] = i;
      pointOfUnit[i] = count;
      // The second half of a pair has no point of its own: no segment starts or ends there.
      if (codePoint > 0xffff) i++;
      count++;
    }
    unitOfPoint[count] = text.length;
    pointOfUnit[text.length] = count;
    this.#pointCount = count;
    this.#unitOfPoint = unitOfPoint;
    this.#pointOfUnit = pointOfUnit;
  }

  #fillRows(points: Int32Array): void {
    const distinct = this.#distinct;
    const words = this.#words;
    const size = (distinct.length + 1) * words;
    if (this.#rows.length < size) this.#rows = new Int32Array(size);
    const rows = this.#rows;
    rows.fill(0, 0, size);
    const counts = new Int32Array(distinct.length + 1);
    this.#counts = counts;
    for (let i = 0; i < points.length; i++) {
      const rank = this.#rankOf(points[i] as number);
      const cell = rank * words + (i >> 5);
      counts[rank] = (counts[rank] as number) + 1;
      rows[cell] = (rows[cell] as number) | (1 << (i % BITS_PER_WORD));
    }
    // Each row so far has its own code point only; from the last one up, add what lies above.
    for (let cell = (distinct.length - 1) * words - 1; cell >= 0; cell--) {
      rows[cell] = (rows[cell] as number) | (rows[cell + words] as number);
    }
    for (let rank = distinct.length - 1; rank >= 0; rank--) {
      counts[rank] = (counts[rank] as number) + (counts[rank + 1] as number);
    }
  }

  #rankOf(codePoint: number): number {
    if (codePoint <= ASCII_COUNT) return this.#asciiRank[codePoint] as number;
    return rankIn(this.#distinct, codePoint, this.#asciiRank[ASCII_COUNT] as number);
  }
}

function distinctSorted(points: Int32Array): Int32Array {
  const sorted = points.slice().sort();
  let count = 0;
  for (let i = 0; i < sorted.length; i++) {
    if (i === 0 || sorted[i] !== sorted[i - 1]) sorted[count++] = sorted[i] as number;
  }
  return sorted.slice(0, count);
}

/** Index of the first element ≥ `value`, from `low` on. */
function rankIn(ascending: Int32Array, value: number, low: number): number {
  let from = low;
  let to = ascending.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((ascending[middle] as number) < value) from = middle + 1;
    else to = middle;
  }
  return from;
}
