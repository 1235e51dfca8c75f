/** The code units of one key at a time, with marks at both ends, and four of them a word, as `difference` compares them. */

/** Stand for the start and the end of a key; beyond every code unit. */
export const START = 0x10000;
export const END = 0x10001;

const UNITS_FIRST = 256;

/** Reused, because every look-up needs it. */
export class KeyText {
  /** The first `unitCount` are START, the key's code units, END. */
  units: Int32Array = new Int32Array(UNITS_FIRST);
  unitCount = 0;
  /** At each place the lower byte of the unit there and of the next three, the first one lowest. */
  lows: Int32Array = new Int32Array(UNITS_FIRST);
  /** The same of the upper bytes, where `isWide`. */
  highs: Int32Array = new Int32Array(0);
  /** Some unit has an upper byte. */
  isWide = false;

  read(text: string): void {
    const { length } = text;
    if (this.units.length < length + MARKS) {
      this.units = new Int32Array(2 * length + MARKS);
      this.lows = new Int32Array(2 * length + MARKS);
    }
    const { lows, units } = this;
    let word = END & 0xff;
    let every = 0;
    units[length + 1] = END;
    lows[length + 1] = word;
    for (let i = length - 1; i >= 0; i--) {
      const unit = text.charCodeAt(i);
      units[i + 1] = unit;
      every |= unit;
      word = (word << 8) | (unit & 0xff);
      lows[i + 1] = word;
    }
    units[0] = START;
    lows[0] = word << 8;
    this.unitCount = length + MARKS;
    this.isWide = every > 0xff;
    if (this.isWide) this.#readHighs();
  }

  #readHighs(): void {
    if (this.highs.length < this.units.length) this.highs = new Int32Array(this.units.length);
    const { highs, units } = this;
    let word = 0;
    for (let place = this.unitCount - 1; place >= 0; place--) {
      word = (word << 8) | (((units[place] as number) >> 8) & 0xff);
      highs[place] = word;
    }
  }
}

/** START and END. */
const MARKS = 2;
