/**
 * Values by the text that they are made of, so that equal ones are shared. A value made from hostile
 * input must not stay for ever, so the pool is bounded: when it is full, further values are simply not
 * shared.
 */

/** Entries. */
const ENTRIES_MAX = 4096;

/** UTF-16 code units; longer texts are hardly ever shared. */
const TEXT_MAX = 64;

export class BoundedPool<Value> {
  readonly #values = new Map<string, Value>();

  /** The value of an equal text before, or what `make` returns. */
  share(text: string, make: () => Value): Value {
    const known = this.#values.get(text);
    if (known !== undefined) return known;
    const made = make();
    if (text.length <= TEXT_MAX && this.#values.size < ENTRIES_MAX) this.#values.set(text, made);
    return made;
  }
}
