/**
 * Short texts in a few words, four code units a word, and whether one stands at a place of a key: words are compared all
 * at once, because a loop over a text costs more in branches that nobody can foretell than in comparing. Words
 * overlap where a length is no multiple of four, so none has to be cut. A word has one byte of each unit.
 */

/** Longer texts do not fit. */
export const TEXT_UNITS_MAX = 28;
export const TEXT_WORDS = 7;

const WORD = 4;

/** Units that the first two words cover, and the first four. */
const TWO_WORDS = 2 * WORD;
const FOUR_WORDS = 4 * WORD;

/**
 * Writes the words of a text, units `from` … `to`, that one not included: of each unit the byte at bit `shift`. They are, in
 * turns, the first from the start, the first from the end, the second from the start, and so on.
 */
export function writeText(
  words: Int32Array,
  at: number,
  units: ArrayLike<number>,
  from: number,
  to: number,
  shift: number,
): void {
  for (let word = 0; word < TEXT_WORDS; word++) {
    const units4 = WORD * (word >> 1);
    const start = Math.max(from, (word & 1) === 0 ? from + units4 : to - WORD - units4);
    let bytes = 0;
    for (let k = Math.min(to - start, WORD) - 1; k >= 0; k--) {
      bytes = (bytes << 8) | (((units[start + k] as number) >> shift) & 0xff);
    }
    words[at + word] = bytes;
  }
}

/** 0: the text of so many units whose words begin at `at` stands at place `start` of the key. It must not go beyond its end. */
export function difference(
  words: Int32Array,
  at: number,
  length: number,
  quads: Int32Array,
  start: number,
): number {
  const first = (words[at] as number) ^ (quads[start] as number);
  // What is beyond a text that is shorter than a word does not count.
  if (length < WORD) return first << ((WORD - length) << 3);
  const end = (start + length) | 0;
  const outer = first | ((words[(at + 1) | 0] as number) ^ (quads[(end - 4) | 0] as number));
  if (length <= TWO_WORDS) return outer;
  const inner =
    outer |
    ((words[(at + 2) | 0] as number) ^ (quads[(start + 4) | 0] as number)) |
    ((words[(at + 3) | 0] as number) ^ (quads[(end - 8) | 0] as number));
  if (length <= FOUR_WORDS) return inner;
  return (
    inner |
    ((words[(at + 4) | 0] as number) ^ (quads[(start + 8) | 0] as number)) |
    ((words[(at + 5) | 0] as number) ^ (quads[(end - 12) | 0] as number)) |
    ((words[(at + 6) | 0] as number) ^ (quads[(start + 12) | 0] as number))
  );
}
