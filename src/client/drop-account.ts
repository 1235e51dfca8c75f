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

  /** One went here; an event that is queued already tells of it. */
  noteToldElsewhere(): void {
    this.#dropped += 1;
    this.noteSlow();
  }

  /** The next event tells of what shards have dropped by now. */
  countShards(): void {
    const dropped = this.#droppedByShards();
    if (dropped === this.#seen) return;
    this.#untold += dropped - this.#seen;
    this.#seen = dropped;
    this.noteSlow();
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
