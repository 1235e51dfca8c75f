/** Targets by number, each with what leads to it, so that a target's going costs only what it had. */

export class Targets {
  /** Ids of the routes or subscriptions that lead to each. */
  readonly #sources = new Map<number, Set<number>>();
  /** The one that was linked last: the next is mostly the same. */
  #lastId = -1;
  #lastSources: Set<number> | undefined;

  /** Notes that `source` leads to the target. */
  link(id: number, source: number): void {
    if (id !== this.#lastId || this.#lastSources === undefined) {
      this.#lastId = id;
      this.#lastSources = this.#sources.get(id) ?? new Set();
      this.#sources.set(id, this.#lastSources);
    }
    this.#lastSources.add(source);
  }

  /** Undoes `link`; a target to which nothing leads is forgotten. */
  unlink(id: number, source: number): void {
    const sources = this.#sources.get(id);
    if (sources === undefined) return;
    sources.delete(source);
    if (sources.size > 0) return;
    this.#sources.delete(id);
    if (id === this.#lastId) this.#lastSources = undefined;
  }

  /** Ids of what leads to the target, as a copy. */
  sourcesOf(id: number): number[] {
    return [...(this.#sources.get(id) ?? [])];
  }
}
