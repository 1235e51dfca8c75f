/**
 * Which shared round-robin word a balance set uses. There are as many words as targets, and there may be more sets
 * than that: then sets share the words with the fewest users, and a shared word only makes the turns of its sets
 * depend on each other; every member still gets its turn.
 */
export class Cursors {
  readonly #users: Uint32Array;
  #next = 0;

  constructor(words: number) {
    this.#users = new Uint32Array(words);
  }

  take(): number {
    const users = this.#users;
    const { length } = users;
    // Words are taken in turn, so a word that is free is usually the next one. The search is bounded: a word with a
    // few users too many does no harm.
    let best = this.#next % length;
    for (let step = 0; step < Math.min(length, SEARCHED_WORDS); step++) {
      const word = (this.#next + step) % length;
      if ((users[word] as number) < (users[best] as number)) best = word;
      if (users[best] === 0) break;
    }
    this.#next = (best + 1) % length;
    users[best] = (users[best] as number) + 1;
    return best;
  }

  giveBack(word: number): void {
    this.#users[word] = (this.#users[word] as number) - 1;
  }
}

/** Words looked at for one set; a million routes in one call must not search the whole table each. */
const SEARCHED_WORDS = 64;
