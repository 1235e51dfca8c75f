/** The messages accepted between two calls of `flush`: a flush waits for its batch and those before it. */
export class FlushBatch {
  #open = 0;
  #onEmpty: (() => void) | undefined;

  get open(): number {
    return this.#open;
  }

  addOne(): void {
    this.#open += 1;
  }

  settleOne(): void {
    this.#open -= 1;
    if (this.#open === 0) this.#onEmpty?.();
  }

  /** Calls back once when every message of the batch is settled; no message joins any more. */
  whenEmpty(callback: () => void): void {
    if (this.#open === 0) callback();
    else this.#onEmpty = callback;
  }
}

/** The current batch, and the sealed ones that still wait. */
export class FlushBatches {
  current: FlushBatch = new FlushBatch();
  readonly #sealed = new Set<FlushBatch>();
  /** Flushes that wait, and how each ends. */
  readonly #waiting = new Map<() => void, () => void>();

  /** Resolves when everything that was accepted before this call is settled. */
  flush(): Promise<void> {
    const batch = this.current;
    if (batch.open > 0) {
      this.current = new FlushBatch();
      this.#sealed.add(batch);
      batch.whenEmpty(() => this.#emptied(batch));
    }
    if (this.#sealed.size === 0) return Promise.resolve();
    const before = new Set(this.#sealed);
    return new Promise((resolve) => {
      const check = (): void => {
        for (const other of before) if (other.open > 0) return;
        this.#waiting.delete(check);
        resolve();
      };
      this.#waiting.set(check, resolve);
    });
  }

  /** The bus has ended: nothing will settle any more. */
  abandon(): void {
    this.#sealed.clear();
    this.current = new FlushBatch();
    for (const end of this.#waiting.values()) end();
    this.#waiting.clear();
  }

  #emptied(batch: FlushBatch): void {
    this.#sealed.delete(batch);
    for (const check of this.#waiting.keys()) check();
  }
}
