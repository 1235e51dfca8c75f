/** Questions to a shard that have no answer yet: rejected when it ends, put again to its successor. */
import type { ExplainQuery, ShardExplanation } from '../control/commands.ts';
import type { BusError } from '../message/errors.ts';

interface Question {
  readonly query: ExplainQuery;
  readonly resolve: (answer: ShardExplanation) => void;
  readonly reject: (error: BusError) => void;
}

export class OpenQuestions {
  /** By number, in the order in which they were put. */
  readonly #open = new Map<number, Question>();
  #last = 0;

  get count(): number {
    return this.#open.size;
  }

  /** `put` sends it, with its number. */
  ask(query: ExplainQuery, put: (number: number) => void): Promise<ShardExplanation> {
    return new Promise((resolve, reject) => {
      const number = ++this.#last;
      this.#open.set(number, { query, resolve, reject });
      put(number);
    });
  }

  /** An answer that came already is ignored. */
  answered(number: number, answer: ShardExplanation): void {
    this.#open.get(number)?.resolve(answer);
    this.#open.delete(number);
  }

  putAgain(put: (number: number, query: ExplainQuery) => void): void {
    for (const [number, { query }] of this.#open) put(number, query);
  }

  rejectAll(error: BusError): void {
    for (const { reject } of this.#open.values()) reject(error);
    this.#open.clear();
  }
}
