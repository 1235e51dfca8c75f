/**
 * What the bound of a subscription dropped: all of it, what the next event is to tell of, and whether the subscriber is
 * slow, which is said once until it has caught up.
 */
export class DropAccount {
  readonly #droppedByShards: () => number;
  #dropped = 0;
  /** Drops of the shards that some event tells of. */
  #seen = 0;
  #untold = 0;
  /** Of the untold: older than all that will be left once this thread has caught up, whichever event comes next. */
  #older = 0;
  #isSlow = false;
  #isAlarm = false;

  /** `droppedByShards`: since the subscription was made. */
  constructor(droppedByShards: () => number) {
    this.#droppedByShards = droppedByShards;
  }

  get missed(): number {
    return this.#dropped + this.#droppedByShards();
  }

  get isSlow(): boolean {
    return this.#isSlow;
  }

  /** One went here; the next event tells of it and of `others` that it should have told of itself. */
  note(others: number): void {
    this.#untold += 1 + others;
    this.noteToldElsewhere();
  }

  /** An event that was to tell of so many is not handed out: the next one tells. */
  passOn(count: number): void {
    this.#untold += count;
  }

  /** One went here; an event that is queued already tells of it. */
  noteToldElsewhere(): void {
    this.#dropped += 1;
    this.noteSlow();
  }

  /** One went here while older ones were still to come: the oldest that is left tells of it. */
  noteOlder(): void {
    this.#older += 1;
    this.noteToldElsewhere();
  }

  /**
   * The next event tells of what shards have dropped by now. While the thread catches up that may be an event of another
   * shard, and newer than others to come: then the oldest that is left tells.
   */
  countShards(isCatchingUp: boolean): void {
    const dropped = this.#droppedByShards();
    if (dropped === this.#seen) return;
    if (isCatchingUp) this.#older += dropped - this.#seen;
    else this.#untold += dropped - this.#seen;
    this.#seen = dropped;
    this.noteSlow();
  }

  /** The thread has caught up; of an empty queue the next event tells. */
  tellOlder(oldest: { missed: number } | undefined): void {
    if (oldest === undefined) this.#untold += this.#older;
    else oldest.missed += this.#older;
    this.#older = 0;
  }

  /** For the next event: how many went before it. */
  takeUntold(): number {
    const untold = this.#untold;
    this.#untold = 0;
    return untold;
  }

  noteSlow(): void {
    if (this.#isSlow) return;
    this.#isSlow = true;
    this.#isAlarm = true;
  }

  noteCaughtUp(): void {
    this.#isSlow = false;
  }

  /** True once each time that it became slow. */
  takeAlarm(): boolean {
    const isAlarm = this.#isAlarm;
    this.#isAlarm = false;
    return isAlarm;
  }
}
