/**
 * A pool on main's side: one endpoint id, several places for threads. It is there while its threads are replaced, and has
 * failed when none of them can be started any more.
 */
import type { Endpoint } from '../client/endpoint-handle.ts';
import type { BusError } from '../message/errors.ts';
import { PoolSeat, type SeatInit } from './pool-seat.ts';

/** How often threads say that their event loops turn, and main looks, ms. */
export const BEAT_MS = 100;

export interface PoolInit {
  readonly id: string;
  readonly threads: number;
  readonly seat: Omit<SeatInit, 'onGivenUp'>;
  /** No thread is left, and none will come. Resolves when all know. */
  readonly onFailed: (error: BusError) => Promise<void>;
  /** Takes its endpoint and routes out of the bus. */
  readonly remove: () => Promise<void>;
  /** Its threads have ended: nothing of it is left. */
  readonly onEnded: () => Promise<void>;
}

export class Pool implements Endpoint {
  readonly id: string;
  readonly #init: PoolInit;
  readonly #seats: PoolSeat[];
  readonly #watch: NodeJS.Timeout;
  #lost = 0;
  #hasStarted = false;
  #closed: Promise<void> | undefined;

  constructor(init: PoolInit) {
    this.id = init.id;
    this.#init = init;
    const onGivenUp = (error: BusError): void => this.#giveUpSeat(error);
    this.#seats = Array.from({ length: init.threads }, () => {
      return new PoolSeat({ ...init.seat, onGivenUp });
    });
    this.#watch = setInterval(() => this.#check(), BEAT_MS).unref();
  }

  /** Resolves when all threads serve; rejects with what keeps one of them from it, and then nothing is left. */
  async start(): Promise<void> {
    try {
      await Promise.all(this.#seats.map(({ ready }) => ready));
      this.#hasStarted = true;
    } catch (error) {
      await this.#close(false);
      throw error;
    }
  }

  drain(): Promise<void> {
    return this.close();
  }

  close(): Promise<void> {
    this.#closed ??= this.#close(true);
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** The bus ends, and its threads with it. */
  async end(): Promise<void> {
    clearInterval(this.#watch);
    await Promise.all(this.#seats.map((seat) => seat.close(false)));
  }

  async #close(leave: boolean): Promise<void> {
    const { onEnded, remove } = this.#init;
    await remove();
    clearInterval(this.#watch);
    await Promise.all(this.#seats.map((seat) => seat.close(leave)));
    await onEnded();
  }

  #giveUpSeat(error: BusError): void {
    this.#lost += 1;
    // Before it has started, who registers it is told.
    if (this.#lost < this.#init.threads || !this.#hasStarted) return;
    clearInterval(this.#watch);
    void this.#init.onFailed(error);
  }

  #check(): void {
    const now = performance.now();
    for (const seat of this.#seats) seat.check(now);
  }
}
