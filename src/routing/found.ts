/** A growing list of numbers that a look-up finds; reused, because every look-up needs one. */

export class Found {
  /** The first `count` count. */
  numbers: Int32Array = new Int32Array(256);
  count = 0;

  push(number: number): void {
    if (this.count === this.numbers.length) {
      const numbers = new Int32Array(2 * this.count);
      numbers.set(this.numbers);
      this.numbers = numbers;
    }
    this.numbers[this.count++] = number;
  }
}
