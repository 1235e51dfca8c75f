/**
 * What endpoints with a `dedupeWindow` promise, as seen from outside: of one key and id one message is in hand at a time,
 * and none comes within the window after another was handled well.
 */
import { Broken } from './broken.ts';

export interface Named {
  readonly n: number;
  readonly key: string;
  /** As its sender gave it. */
  readonly id: string;
}

interface State {
  /** The message that its handler has. */
  inHand: number | undefined;
  /** Messages that have come. */
  readonly seen: Set<number>;
  /** The last one that was handled well, and when. */
  handled: { readonly n: number; readonly atMs: number } | undefined;
}

export class Repeats {
  /** Ms, by receiver. */
  readonly #windows = new Map<string, number>();
  /** By receiver, key and id. */
  readonly #states = new Map<string, State>();
  readonly #remembersAll: boolean;

  /** `remembersAll`: a shard remembers more ids than a run has. */
  constructor(remembersAll: boolean) {
    this.#remembersAll = remembersAll;
  }

  noteEndpoint(receiver: string, windowMs: number): void {
    this.#windows.set(receiver, windowMs);
  }

  /** True: others of its key and id have come here before; what stands for it has not been overtaken. */
  noteDelivery(receiver: string, named: Named, nowMs: number): boolean {
    const windowMs = this.#windows.get(receiver);
    if (windowMs === undefined) return false;
    const { n } = named;
    const state = this.#stateOf(receiver, named);
    const { handled, inHand, seen } = state;
    if (inHand !== undefined && inHand !== n) {
      throw new Broken(`${receiver} got ${n} while it had ${inHand}, of one key and id`);
    }
    const isFresh = handled !== undefined && nowMs - handled.atMs < windowMs;
    if (this.#remembersAll && isFresh && handled.n !== n) {
      throw new Broken(`${receiver} got ${n} after it had handled ${handled.n}, of one key and id`);
    }
    const isRepeat = seen.size > Number(seen.has(n));
    state.inHand = n;
    seen.add(n);
    return isRepeat;
  }

  noteAnswer(receiver: string, named: Named, isGood: boolean, nowMs: number): void {
    if (!this.#windows.has(receiver)) return;
    const state = this.#stateOf(receiver, named);
    state.inHand = undefined;
    if (isGood) state.handled = { n: named.n, atMs: nowMs };
  }

  /** Whether something of the same key and id was handled well here: then it need not come. */
  isCovered(receiver: string, named: Named): boolean {
    return this.#windows.has(receiver) && this.#stateOf(receiver, named).handled !== undefined;
  }

  /** Endpoints at which it may have been settled without being handled. */
  coveredAt(named: Named): string[] {
    return [...this.#windows.keys()].filter((receiver) => this.isCovered(receiver, named));
  }

  #stateOf(receiver: string, { id, key }: Named): State {
    const name = `${receiver}:${key}:${id}`;
    const state = this.#states.get(name) ?? {
      inHand: undefined,
      seen: new Set(),
      handled: undefined,
    };
    this.#states.set(name, state);
    return state;
  }
}
