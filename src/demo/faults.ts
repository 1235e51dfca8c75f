/** What went wrong in a run, counted by a clear word, with the first cases of each in full. */

export type FaultWord =
  | 'missing'
  | 'doubled'
  | 'altered'
  | 'out of order'
  | 'wrong thread'
  | 'wrong receiver'
  | 'wrong count'
  | 'wrong answer'
  | 'starved shard'
  | 'log full'
  | 'failed'
  | 'stalled';

export interface Fault {
  readonly word: FaultWord;
  readonly count: number;
  /** At most `EXAMPLES_MAX` cases. */
  readonly examples: readonly string[];
}

/** A broken bus can break every message: three cases of a kind say enough. */
const EXAMPLES_MAX = 3;

export class Faults {
  readonly #byWord = new Map<FaultWord, { count: number; examples: string[] }>();

  /** `describe` is called only for cases that are kept. */
  add(word: FaultWord, describe: () => string): void {
    const found = this.#byWord.get(word) ?? { count: 0, examples: [] };
    found.count += 1;
    if (found.examples.length < EXAMPLES_MAX) found.examples.push(describe());
    this.#byWord.set(word, found);
  }

  list(): Fault[] {
    return [...this.#byWord].map(([word, found]) => ({ word, ...found }));
  }
}
