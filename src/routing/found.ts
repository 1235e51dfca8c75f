/** A growing list of numbers, as those that a look-up finds; reused, because every look-up needs one. */

export class Found {
  /** The first `count` count. */
  numbers: Int32Array = new Int32Array(256);
  count = 0;

  /** Makes room for so many more. */
  reserve(count: number): void {
    const needed = this.count + count;
    if (needed > this.numbers.length) this.#grow(2 * needed);
  }

  push(number: number): void {
    if (this.count === this.numbers.length) this.#grow(2 * this.count);
    this.numbers[this.count++] = number;
  }

  /** Takes a number out; false: it is not there. The others do not keep their order. */
  remove(number: number): boolean {
    const place = this.numbers.subarray(0, this.count).indexOf(number);
    if (place < 0) return false;
    this.numbers[place] = this.numbers[--this.count] as number;
    return true;
  }

  #grow(length: number): void {
    const numbers = new Int32Array(length);
    numbers.set(this.numbers);
    this.numbers = numbers;
  }
}
