/**
 * Which shared round-robin word a balance set uses. There are as many words as targets, and there may be more sets
 * than that: then sets share the words with the fewest users, and a shared word only makes the turns of its sets
 * depend on each other; every member still gets its turn.
 */
export class Cursors {
  readonly #users: Uint32Array;
  #next = 0;
  /** Of all words. */
  #userCount = 0;

  constructor(words: number) {
    this.#users = new Uint32Array(words);
  }

  take(): number {
    const users = this.#users;
    const { length } = users;
    // Words are taken in turn, so the next one is usually as good as any. The search is bounded: a word with a
    // few users too many does no harm.
    const fair = Math.floor(this.#userCount / length);
    let best = this.#next % length;
    for (let step = 0; step < Math.min(length, SEARCHED_WORDS); step++) {
      const word = (this.#next + step) % length;
      if ((users[word] as number) < (users[best] as number)) best = word;
      if ((users[best] as number) <= fair) break;
    }
    this.#next = (best + 1) % length;
    users[best] = (users[best] as number) + 1;
    this.#userCount++;
    return best;
  }

  giveBack(word: number): void {
    this.#users[word] = (this.#users[word] as number) - 1;
    this.#userCount--;
  }
}

/** Words looked at for one set; a million routes in one call must not search the whole table each. */
const SEARCHED_WORDS = 64;
