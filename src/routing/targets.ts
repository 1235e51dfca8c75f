/** Targets by number, each with what leads to it, so that a target's going costs only what it had. */

export class Targets {
  /** Ids of the routes or subscriptions that lead to each. */
  readonly #sources = new Map<number, Set<number>>();

  /** Notes that `source` leads to the target. */
  link(id: number, source: number): void {
    const sources = this.#sources.get(id);
    if (sources === undefined) this.#sources.set(id, new Set([source]));
    else sources.add(source);
  }

  /** Undoes `link`; a target to which nothing leads is forgotten. */
  unlink(id: number, source: number): void {
    const sources = this.#sources.get(id);
    if (sources === undefined) return;
    sources.delete(source);
    if (sources.size === 0) this.#sources.delete(id);
  }

  /** Ids of what leads to the target, as a copy. */
  sourcesOf(id: number): number[] {
    return [...(this.#sources.get(id) ?? [])];
  }
}
