/** An endpoint in its owner's hands. */
export interface Endpoint {
  readonly id: string;
  /** Takes no more; resolves when what was handed over has been answered. */
  drain(): Promise<void>;
  /** Drains, and takes the endpoint and its routes out of the bus. A second call returns the first's promise. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export class ClientEndpoint implements Endpoint {
  readonly id: string;
  readonly #remove: () => Promise<void>;
  #closed: Promise<void> | undefined;

  /** `remove` takes it out of the bus and resolves when its last handler has been answered. */
  constructor(id: string, remove: () => Promise<void>) {
    this.id = id;
    this.#remove = remove;
  }

  drain(): Promise<void> {
    return this.close();
  }

  close(): Promise<void> {
    this.#closed ??= this.#remove();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
