/** Targets by number, each with what leads to it, so that a target's going costs only what it had. */

interface Sources {
  /** In the order in which they were linked; those that are not linked any more among them. */
  ids: number[];
  live: number;
}

export class Targets {
  readonly #isLinked: (source: number, target: number) => boolean;
  readonly #sources = new Map<number, Sources>();
  /** The one that was linked last: the next is mostly the same. */
  #lastId = -1;
  #lastSources: Sources | undefined;

  /**
   * `isLinked` tells whether a route or subscription that was linked to a target still leads there: to take each out of
   * a list as it goes would cost the list.
   */
  constructor(isLinked: (source: number, target: number) => boolean) {
    this.#isLinked = isLinked;
  }

  /** Notes that `source` leads to the target. */
  link(id: number, source: number): void {
    if (id !== this.#lastId || this.#lastSources === undefined) {
      this.#lastId = id;
      this.#lastSources = this.#sources.get(id) ?? { ids: [], live: 0 };
      this.#sources.set(id, this.#lastSources);
    }
    this.#lastSources.ids.push(source);
    this.#lastSources.live++;
  }

  /** Undoes `link`, once `isLinked` denies it; a target to which nothing leads is forgotten. */
  unlink(id: number): void {
    const sources = this.#sources.get(id);
    if (sources === undefined) return;
    sources.live--;
    if (sources.live > 0) {
      if (sources.ids.length > DEAD_FACTOR * sources.live + DEAD_MIN) this.#clean(id, sources);
      return;
    }
    this.#sources.delete(id);
    if (id === this.#lastId) this.#lastSources = undefined;
  }

  /** Ids of what leads to the target, as a copy. */
  sourcesOf(id: number): number[] {
    const sources = this.#sources.get(id);
    if (sources === undefined) return [];
    this.#clean(id, sources);
    return sources.ids.slice();
  }

  /** An id that went and came again stands where it came last. */
  #clean(id: number, sources: Sources): void {
    const kept = new Set<number>();
    for (const source of sources.ids) {
      kept.delete(source);
      if (this.#isLinked(source, id)) kept.add(source);
    }
    sources.ids = [...kept];
  }
}

/** A list is rid of what has gone when that is as much as what is left, and some more. */
const DEAD_FACTOR = 2;
const DEAD_MIN = 64;
