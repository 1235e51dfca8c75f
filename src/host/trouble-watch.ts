/**
 * Looks now and then what troubles the bus, and tells of each trouble once when it comes and once when it has gone. Does
 * not hold the process; while main is blocked, and before `start`, nobody looks.
 */
import type { Trouble } from '../metrics/bus-health.ts';

export interface Alert extends Trouble {
  readonly state: 'raised' | 'cleared';
}

export class TroubleWatch {
  readonly #periodMs: number;
  #timer: NodeJS.Timeout | undefined;
  readonly #look: () => readonly Trouble[];
  readonly #tell: (alert: Alert) => void;
  /** By message, which names the shard or thread. */
  #known = new Map<string, Trouble>();

  constructor(periodMs: number, look: () => readonly Trouble[], tell: (alert: Alert) => void) {
    this.#periodMs = periodMs;
    this.#look = look;
    this.#tell = tell;
  }

  /** Once the bus runs: shards that are being started are no trouble, and nobody could hear of them. */
  start(): void {
    this.#timer = setInterval(() => this.check(), this.#periodMs).unref();
  }

  check(): void {
    const before = this.#known;
    this.#known = new Map(this.#look().map((trouble) => [trouble.message, trouble]));
    for (const [message, trouble] of this.#known) {
      if (!before.has(message)) this.#tell({ ...trouble, state: 'raised' });
    }
    for (const [message, trouble] of before) {
      if (!this.#known.has(message)) this.#tell({ ...trouble, state: 'cleared' });
    }
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
