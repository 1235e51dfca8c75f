/** One listener a signal, however many calls wait on it, so that a long-lived signal collects none. */
type Callback = () => void;

export class AbortListeners {
  readonly #callbacks = new Map<
    AbortSignal,
    { readonly all: Set<Callback>; readonly fire: Callback }
  >();

  /** Calls `callback` once when the signal aborts, unless `remove` comes first. */
  add(signal: AbortSignal, callback: Callback): void {
    const known = this.#callbacks.get(signal);
    if (known) {
      known.all.add(callback);
      return;
    }
    const all = new Set([callback]);
    const fire = (): void => {
      this.#callbacks.delete(signal);
      for (const each of [...all]) each();
    };
    this.#callbacks.set(signal, { all, fire });
    signal.addEventListener('abort', fire, { once: true });
  }

  remove(signal: AbortSignal, callback: Callback): void {
    const known = this.#callbacks.get(signal);
    if (!known?.all.delete(callback) || known.all.size > 0) return;
    this.#callbacks.delete(signal);
    signal.removeEventListener('abort', known.fire);
  }
}
