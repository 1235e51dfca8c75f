/** When the threads of a run die: shards before one of their writes, clients before one of theirs or inside a handler. */
import { compareExchange, put, replaceSeam, store } from '../../../src/memory/seam.ts';
import type { WorldClient } from '../../unit/client/core-world.ts';
import type { Random } from './random.ts';
import type { Moments } from './sim-receiver.ts';

/** A shard dies before one of so many of its writes, on average. */
const WRITES_PER_KILL = 150;
/** Exchanges are rare: each counts as so many writes. */
const WEIGHT_OF_EXCHANGE = 30;
/** The same of clients. */
const WRITES_PER_CLIENT_KILL = 400;
/** Of so many handlers that are called, one ends its thread. */
const HANDLERS_PER_KILL = 12;
const KILLS_MAX = 8;
const CLIENT_KILLS_MAX = 3;

/** What threads die of: one for all, since a stack for each is what thousands of deaths would spend most on. */
const KILLED = new Error('killed');

export class Deaths {
  readonly #random: Random;
  #isShard = false;
  #killsLeft: number;
  #untilKill: number;
  #ofShards = 0;
  /** The client whose thread acts, and whether it has died doing so: it writes no more. */
  #actor: WorldClient | undefined;
  #isDying = false;
  #clientKillsLeft: number;
  #untilClientKill: number;
  readonly moments: Moments = {
    ofReceipt: () => this.#stopDead(),
    ofHandler: () => {
      if (this.#mayDie && this.#random.oneIn(HANDLERS_PER_KILL)) this.#die();
    },
  };

  constructor(random: Random) {
    this.#random = random;
    this.#killsLeft = random.between(0, KILLS_MAX);
    this.#untilKill = random.between(1, 2 * WRITES_PER_KILL);
    this.#clientKillsLeft = random.between(0, CLIENT_KILLS_MAX);
    this.#untilClientKill = random.between(1, 2 * WRITES_PER_CLIENT_KILL);
  }

  /** Shards that have died so far. */
  get ofShards(): number {
    return this.#ofShards;
  }

  /** From now on writes may be a thread's last. Returns what ends that. */
  begin(): () => void {
    return replaceSeam({
      put: this.#cutOff(put),
      store: this.#cutOff(store),
      compareExchange: this.#cutOff(compareExchange, WEIGHT_OF_EXCHANGE),
    });
  }

  /** So many clients more may die. */
  allow(clients: number): void {
    this.#clientKillsLeft += clients;
  }

  /** Nobody dies any more. */
  end(): void {
    this.#killsLeft = 0;
    this.#clientKillsLeft = 0;
  }

  /** Lets a shard's thread do `work`; undefined: it has died in it. */
  runShard(work: () => number): number | undefined {
    this.#isShard = true;
    try {
      return work();
    } catch (error) {
      if (error !== KILLED) throw error;
      this.#ofShards += 1;
      return undefined;
    } finally {
      this.#isShard = false;
    }
  }

  /** Lets a client's thread do `work`; false: it has died in it. */
  runClient(client: WorldClient, work: () => void): boolean {
    this.#actor = client;
    try {
      work();
    } catch (error) {
      if (error !== KILLED) throw error;
    }
    this.#actor = undefined;
    if (!this.#isDying) return true;
    this.#isDying = false;
    this.#clientKillsLeft -= 1;
    this.#untilClientKill = this.#random.between(1, 2 * WRITES_PER_CLIENT_KILL);
    return false;
  }

  #cutOff<Write extends (...access: never[]) => unknown>(write: Write, weight = 1): Write {
    const cut = (...access: Parameters<Write>): unknown => {
      if (this.#isShard) this.#untilKill -= weight;
      if (this.#isShard && this.#killsLeft > 0 && this.#untilKill <= 0) {
        this.#killsLeft -= 1;
        this.#untilKill = this.#random.between(1, 2 * WRITES_PER_KILL);
        throw KILLED;
      }
      this.#stopDead();
      if (this.#mayDie && --this.#untilClientKill <= 0) this.#die();
      return write(...access);
    };
    return cut as Write;
  }

  get #mayDie(): boolean {
    // Main lives on, and is client 0.
    return this.#actor !== undefined && this.#actor.id > 0 && this.#clientKillsLeft > 0;
  }

  #die(): never {
    this.#isDying = true;
    throw KILLED;
  }

  /** Whatever catches what a thread dies of does not bring it back. */
  #stopDead(): void {
    if (this.#isDying && !this.#isShard) throw KILLED;
  }
}
