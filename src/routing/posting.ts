/**
 * Index entries that are tried on the same keys. Nearly all postings have one entry, so their lists
 * are made to measure at first: a list that grows from nothing reserves room for 17.
 */

export class Posting<Entry extends { place: number }> {
  /** The gram that a key must have; undefined for the list that every key meets. */
  readonly gram: number | undefined;
  /** Number of the last look-up that went through it: a key may have the same gram twice. */
  seenBy = 0;
  #entries: Entry[] = NOTHING;
  #moreGrams: number[] = NOTHING;

  constructor(gram: number | undefined) {
    this.gram = gram;
  }

  get entries(): readonly Entry[] {
    return this.#entries;
  }

  /**
   * Two more grams of each entry, in the order of the entries. They lie here and not in the entry,
   * because most candidates fail by them, and then nothing else of them need be fetched.
   */
  get moreGrams(): readonly number[] {
    return this.#moreGrams;
  }

  add(entry: Entry, firstGram: number, lastGram: number): void {
    entry.place = this.#entries.length;
    if (entry.place === 0) {
      this.#entries = [entry];
      this.#moreGrams = [firstGram, lastGram];
    } else {
      this.#entries.push(entry);
      this.#moreGrams.push(firstGram, lastGram);
    }
  }

  /** The last entry takes the place of the one that goes. */
  remove(entry: Entry): void {
    const last = this.#entries.pop() as Entry;
    const lastGram = this.#moreGrams.pop() as number;
    const firstGram = this.#moreGrams.pop() as number;
    if (last === entry) return;
    const place = entry.place;
    this.#entries[place] = last;
    last.place = place;
    this.#moreGrams[2 * place] = firstGram;
    this.#moreGrams[2 * place + 1] = lastGram;
  }
}

/** Never written to: the first entry brings lists of its own. */
const NOTHING: never[] = [];
