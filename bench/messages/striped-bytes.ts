/**
 * The message of the fan-out rows: bytes of any size that carry their number in each of up to 64 stripes. To compare a
 * megabyte to the last byte takes longer than to carry it, so a receiver looks at every stripe's number and at the
 * bytes around it: a block that is stale, torn, short or another one's is seen, a flipped byte elsewhere is not.
 * Messages of up to 256 bytes are all stripes.
 */

const STRIPES_MAX = 64;
/** The number, little end first. */
const STRIPE_BYTES = 4;

/** What lies between the stripes: the same in every message. */
function fillerAt(index: number): number {
  return (index * 31 + 7) & 0xff;
}

/** One array, stamped anew for each message: all carriers take their own copy when they send. */
export class StripedBytes {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  readonly #places: readonly number[];

  constructor(size: number) {
    this.bytes = Uint8Array.from({ length: size }, (_none, index) => fillerAt(index));
    this.#view = new DataView(this.bytes.buffer);
    this.#places = stripesOf(size);
  }

  /** The message with this number, good until the next call. */
  stamp(number: number): Uint8Array {
    for (const place of this.#places) this.#view.setUint32(place, number, true);
    return this.bytes;
  }
}

/** Looks at messages of one size. */
export class StripeCheck {
  readonly #size: number;
  readonly #places: readonly number[];
  /** Those behind a stripe. */
  readonly #fillers: readonly number[];

  constructor(size: number) {
    this.#size = size;
    this.#places = stripesOf(size);
    const inStripes = new Set(
      this.#places.flatMap((place) => [0, 1, 2, 3].map((at) => place + at)),
    );
    const behind = this.#places.map((place) => place + STRIPE_BYTES);
    this.#fillers = behind.filter((place) => place < size && !inStripes.has(place));
  }

  /** Whether `payload` is message `number`. */
  isRight(payload: unknown, number: number): boolean {
    if (!(payload instanceof Uint8Array) || payload.length !== this.#size) return false;
    for (const place of this.#places) {
      const seen =
        (payload[place] as number) |
        ((payload[place + 1] as number) << 8) |
        ((payload[place + 2] as number) << 16) |
        ((payload[place + 3] as number) << 24);
      if (seen !== (number | 0)) return false;
    }
    for (const place of this.#fillers) if (payload[place] !== fillerAt(place)) return false;
    return true;
  }
}

/** Where they begin: at equal distances, the last one at the end. */
function stripesOf(size: number): readonly number[] {
  const count = Math.min(STRIPES_MAX, Math.floor(size / STRIPE_BYTES));
  if (count <= 1) return [0];
  const step = (size - STRIPE_BYTES) / (count - 1);
  return Array.from({ length: count }, (_none, index) => Math.floor(index * step));
}
