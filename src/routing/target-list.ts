/** The distinct targets of what a key leads to, in its order; one object makes one list after another. */

export class TargetList {
  /** For each target the number of the last list that has it. */
  #listedBy = new Uint32Array(64);
  #listing = 0;
  /** The first `count` are the list. */
  #ids = new Int32Array(64);
  #count = 0;

  start(): void {
    this.#count = 0;
    this.#listing = (this.#listing + 1) >>> 0;
    if (this.#listing > 0) return;
    // Lists are numbered from the start again: what one of 2³² lists ago had is not in this one.
    this.#listedBy.fill(0);
    this.#listing = 1;
  }

  /** Adds a target, unless it is in the list. */
  add(target: number): void {
    if (target >= this.#listedBy.length) this.#grow(target);
    const listedBy = this.#listedBy;
    if (listedBy[target] === this.#listing) return;
    listedBy[target] = this.#listing;
    if (this.#count === this.#ids.length) this.#growList();
    this.#ids[this.#count++] = target;
  }

  addAll(targets: Int32Array): void {
    const { length } = targets;
    let count = this.#count;
    while (count + length > this.#ids.length) this.#growList();
    const ids = this.#ids;
    const listing = this.#listing;
    let listedBy = this.#listedBy;
    for (let i = 0; i < length; i++) {
      const target = targets[i] as number;
      if (target >= listedBy.length) {
        this.#grow(target);
        listedBy = this.#listedBy;
      }
      if (listedBy[target] === listing) continue;
      listedBy[target] = listing;
      ids[count++] = target;
    }
    this.#count = count;
  }

  /** The list so far, which is the caller's from now on. */
  finish(): readonly number[] {
    const ids = this.#ids;
    const list = new Array<number>(this.#count);
    for (let i = 0; i < list.length; i++) list[i] = ids[i] as number;
    return list;
  }

  #growList(): void {
    const ids = new Int32Array(2 * this.#ids.length);
    ids.set(this.#ids);
    this.#ids = ids;
  }

  #grow(target: number): void {
    const listedBy = new Uint32Array(2 * target);
    listedBy.set(this.#listedBy);
    this.#listedBy = listedBy;
  }
}
