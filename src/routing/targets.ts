/** Targets by number, each with what leads to it, so that a target's going costs only what it had. */

export interface Target {
  readonly id: number;
  /** Ids of the routes or subscriptions that lead to it. */
  readonly sources: Set<number>;
  /** Number of the last resolution that lists it. */
  listedBy: number;
}

export class Targets {
  readonly #targets = new Map<number, Target>();

  get(id: number): Target | undefined {
    return this.#targets.get(id);
  }

  /** Notes that `source` leads to the target. */
  link(id: number, source: number): Target {
    let target = this.#targets.get(id);
    if (target === undefined) {
      target = { id, sources: new Set(), listedBy: 0 };
      this.#targets.set(id, target);
    }
    target.sources.add(source);
    return target;
  }

  /** Undoes `link`; a target to which nothing leads is forgotten. */
  unlink(id: number, source: number): void {
    const target = this.#targets.get(id);
    if (target === undefined) return;
    target.sources.delete(source);
    if (target.sources.size === 0) this.#targets.delete(id);
  }

  /** Ids of what leads to the target, as a copy. */
  sourcesOf(id: number): number[] {
    const target = this.#targets.get(id);
    return target === undefined ? [] : [...target.sources];
  }
}
