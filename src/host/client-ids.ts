/**
 * The ids of clients: fresh ones first, then those of clients that have left, the longest unused first. An id rests
 * until every client that was there when the others were told that its last owner has left has heard it: until then
 * somebody would take what the next owner sends for the last one's.
 */
import { CLIENT_ID_MAX, CLIENT_NUMBER_MAX, clientIdOf } from '../memory/entries.ts';

export class ClientIds {
  readonly #idMax: number;
  #fresh = 0;
  /** Departures that were told so far; an Int32, which wraps. */
  #told = 0;
  /** In the order in which they were told. Bounded by the ids. */
  readonly #resting: { readonly number: number; readonly told: number }[] = [];

  constructor(idMax: number = CLIENT_ID_MAX) {
    this.#idMax = idMax;
  }

  get count(): number {
    return this.#idMax + 1;
  }

  get freshLeft(): number {
    return this.count - this.#fresh;
  }

  /** Number of the departure that was told last. */
  get told(): number {
    return this.#told;
  }

  /**
   * The number of the next client, see entries.ts, until `take`. Undefined: no id is free. `heard`: the last departure that
   * each client has heard of.
   */
  next(heard: Iterable<number>): number | undefined {
    if (this.freshLeft > 0) return this.#fresh;
    const first = this.#resting[0];
    if (first === undefined) return undefined;
    for (const last of heard) if (((last - first.told) | 0) < 0) return undefined;
    return nextNumber(first.number);
  }

  /** What `next` said is somebody's. */
  take(): void {
    if (this.freshLeft > 0) this.#fresh++;
    else this.#resting.shift();
  }

  /** The client of this number has left, and nothing of it is in use. Returns the number of its departure. */
  retire(number: number): number {
    this.#told = (this.#told + 1) | 0;
    this.#resting.push({ number, told: this.#told });
    return this.#told;
  }
}

/** The same id once more. After 65 535 owners the numbers begin again. */
function nextNumber(number: number): number {
  const next = number + CLIENT_ID_MAX + 1;
  return next > CLIENT_NUMBER_MAX ? clientIdOf(number) : next;
}
