/**
 * The dead letters of a bus, kept by main's client: a bounded number of messages and bytes. When they are full, letters
 * wait where they are, and with them their senders' slots, until some are purged or replayed.
 */
import type {
  DeadLetter,
  DeadLetterFilter,
  DeadLetterKeeper,
  DeadLetterPage,
} from '../message/dead-letter.ts';

export interface DeadLetterBounds {
  readonly letters: number;
  readonly bytes: number;
}

/** Sends the letter's message again to `letter.endpoint`; false: it cannot be sent now. */
export type Resend = (letter: DeadLetter) => boolean;

interface Kept {
  readonly letter: DeadLetter;
  readonly bytes: number;
}

export class DeadLetters implements DeadLetterKeeper {
  readonly #bounds: DeadLetterBounds;
  readonly #resend: Resend;
  readonly #onRoom: () => void;
  /** By number, oldest first. */
  readonly #kept = new Map<number, Kept>();
  #bytes = 0;
  #next = 1;

  /** `onRoom` is called when letters have gone. */
  constructor(bounds: DeadLetterBounds, resend: Resend, onRoom: () => void) {
    this.#bounds = bounds;
    this.#resend = resend;
    this.#onRoom = onRoom;
  }

  get size(): number {
    return this.#kept.size;
  }

  /** Whether a letter of so many bytes has room. One that is larger than all of it has room alone. */
  hasRoom(bytes: number): boolean {
    if (this.#kept.size >= this.#bounds.letters) return false;
    return this.#kept.size === 0 || this.#bytes + bytes <= this.#bounds.bytes;
  }

  /** Keeps it and returns it with its id. `before`: the same one, that was replayed and has come back. */
  add(letter: Omit<DeadLetter, 'id' | 'count'>, bytes: number, before?: DeadLetter): DeadLetter {
    const number = before === undefined ? this.#next++ : Number(before.id);
    const added: DeadLetter = {
      ...letter,
      id: String(number),
      firstAt: before?.firstAt ?? letter.firstAt,
      count: (before?.count ?? 0) + 1,
    };
    this.#keep(number, added, bytes);
    return added;
  }

  /** A letter whose replay never got anywhere is as it was. */
  putBack(letter: DeadLetter, bytes: number): void {
    this.#keep(Number(letter.id), letter, bytes);
  }

  list({ limit, cursor }: { limit: number; cursor: string | undefined }): DeadLetterPage {
    const after = cursor === undefined ? 0 : Number(cursor);
    const items: DeadLetter[] = [];
    for (const number of this.#numbers()) {
      if (number <= after) continue;
      if (items.length === limit) return { items, cursor: items.at(-1)?.id };
      items.push((this.#kept.get(number) as Kept).letter);
    }
    return { items, cursor: undefined };
  }

  replay(id: string): number {
    const kept = this.#kept.get(Number(id));
    if (kept === undefined || !this.#resend(kept.letter)) return 0;
    this.#drop(Number(id), kept);
    this.#onRoom();
    return 1;
  }

  /** Bytes of a letter that is kept. */
  bytesOf(id: string): number {
    return this.#kept.get(Number(id))?.bytes ?? 0;
  }

  purge(filter: DeadLetterFilter): number {
    let purged = 0;
    for (const [number, kept] of this.#kept) {
      if (!matches(kept.letter, filter)) continue;
      this.#drop(number, kept);
      purged += 1;
    }
    if (purged > 0) this.#onRoom();
    return purged;
  }

  #keep(number: number, letter: DeadLetter, bytes: number): void {
    this.#kept.set(number, { letter, bytes });
    this.#bytes += bytes;
  }

  #drop(number: number, { bytes }: Kept): void {
    this.#kept.delete(number);
    this.#bytes -= bytes;
  }

  /** Those that came back stand behind in the map. */
  #numbers(): number[] {
    return [...this.#kept.keys()].sort((a, b) => a - b);
  }
}

function matches(letter: DeadLetter, filter: DeadLetterFilter): boolean {
  const { before = Number.POSITIVE_INFINITY, endpoint, id, reason } = filter;
  return (
    (id === undefined || letter.id === id) &&
    (endpoint === undefined || letter.endpoint === endpoint) &&
    (reason === undefined || letter.reason === reason) &&
    letter.deadAt < before
  );
}
