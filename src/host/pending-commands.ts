/** Calls that wait until a shard has the command with their number in force. */
import type { BusError } from '../message/errors.ts';

interface Waiter {
  readonly seq: number;
  readonly resolve: () => void;
  readonly reject: (error: BusError) => void;
}

export class PendingCommands {
  /** Ascending by `seq`. */
  #waiters: Waiter[] = [];

  get count(): number {
    return this.#waiters.length;
  }

  /** `seq` follows those before it. */
  wait(seq: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiters.push({ seq, resolve, reject });
    });
  }

  /** Everything up to `applied` is in force. True: some waited for it. */
  settle(applied: number): boolean {
    const waiters = this.#waiters;
    let settled = 0;
    for (const { seq, resolve } of waiters) {
      if (((applied - seq) | 0) < 0) break;
      resolve();
      settled++;
    }
    if (settled > 0) this.#waiters = waiters.slice(settled);
    return settled > 0;
  }

  rejectAll(error: BusError): void {
    for (const { reject } of this.#waiters.splice(0)) reject(error);
  }
}
