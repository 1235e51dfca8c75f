/** An endpoint in its owner's hands. */
export interface Endpoint {
  readonly id: string;
  /**
   * Takes no more: new messages, and requests that wait, go to others. Resolves when all else is settled. A second call
   * returns the first's promise.
   */
  drain(): Promise<void>;
  /**
   * Takes the endpoint and its routes out of the bus; resolves when the handlers that run have ended. A second call
   * returns the first's promise.
   */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export class ClientEndpoint implements Endpoint {
  readonly id: string;
  readonly #remove: () => Promise<void>;
  readonly #drain: () => Promise<void>;
  #drained: Promise<void> | undefined;
  #closed: Promise<void> | undefined;

  /** `remove` takes it out of the bus and resolves when its last handler has been answered; `drain` leaves it there. */
  constructor(id: string, remove: () => Promise<void>, drain: () => Promise<void>) {
    this.id = id;
    this.#remove = remove;
    this.#drain = drain;
  }

  drain(): Promise<void> {
    this.#drained ??= this.#closed ?? this.#drain();
    return this.#drained;
  }

  close(): Promise<void> {
    this.#closed ??= this.#remove();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
