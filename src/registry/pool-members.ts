/** Which targets are threads of which pool. Says nothing about the threads themselves. */

const NOBODY: readonly number[] = Object.freeze([]);

export class PoolMembers {
  /** By member. */
  readonly #pools = new Map<number, number>();
  /** By pool, in the order in which they joined. */
  readonly #members = new Map<number, readonly number[]>();

  add(member: number, pool: number): void {
    this.#pools.set(member, pool);
    this.#members.set(pool, [...this.of(pool), member]);
  }

  /** False when it was none. */
  remove(member: number): boolean {
    const pool = this.#pools.get(member);
    if (pool === undefined) return false;
    this.#pools.delete(member);
    const left = this.of(pool).filter((other) => other !== member);
    if (left.length === 0) this.#members.delete(pool);
    else this.#members.set(pool, left);
    return true;
  }

  poolOf(member: number): number | undefined {
    return this.#pools.get(member);
  }

  of(pool: number): readonly number[] {
    return this.#members.get(pool) ?? NOBODY;
  }
}
