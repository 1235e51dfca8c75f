/**
 * A pool of a run: one endpoint of main's, whose threads are production endpoints at other clients. They die as those do,
 * and others take their places; when nobody is left the pool has failed.
 */
import type { RetrySpec, TargetSpec } from '../../../src/control/commands.ts';
import { KIND } from '../../../src/message/kinds.ts';
import type { CoreWorld, WorldClient } from '../../unit/client/core-world.ts';
import { Broken } from './broken.ts';
import type { Journal, Present } from './journal.ts';
import type { Random } from './random.ts';
import { SimEndpoint } from './sim-endpoint.ts';
import type { SimOptions } from './sim-options.ts';
import type { Moments } from './sim-receiver.ts';

const NAME = 'pool';
const THREADS_MAX = 3;
const DEATHS_MAX = 3;
const ATTEMPTS_MAX = 4;
const DELAYS = { initial: 10, factor: 2, max: 100, jitter: 'full' } as const;
/** A place stays empty for so many steps, on average. */
const STEPS_PER_START = 8;
/** A pool without threads fails, and any is closed, once in so many steps, on average. */
const STEPS_PER_FAILURE = 40;
const STEPS_PER_CLOSE = 400;

export interface SimPoolParts {
  readonly world: CoreWorld;
  readonly random: Random;
  readonly journal: Journal;
  readonly moments: Moments;
  readonly options: SimOptions;
  /** Keys that its route, of this pattern, is for. */
  readonly pattern: string;
  readonly keys: readonly string[];
}

export class SimPool {
  readonly #parts: SimPoolParts;
  readonly #threads: number;
  readonly #concurrency: number;
  readonly #wishes: Partial<TargetSpec> & { readonly retry: RetrySpec };
  readonly #target: number;
  readonly #present: Present | undefined;
  /** Targets of all that were there. */
  readonly #targets: number[] = [];
  #members: { readonly endpoint: SimEndpoint; readonly target: number }[] = [];
  #isOver = false;

  constructor(parts: SimPoolParts) {
    this.#parts = parts;
    const { journal, keys, options, pattern, random, world } = parts;
    this.#threads = random.between(1, THREADS_MAX);
    this.#concurrency = random.between(1, 2);
    const attempts = random.between(1, ATTEMPTS_MAX);
    const drawn = options.draw(random);
    this.#wishes = {
      ...drawn,
      retry: { attempts, requestAttempts: attempts, ...DELAYS },
      maxDeaths: random.between(1, DEATHS_MAX),
      redeliver: random.below(4) > 0,
    };
    const concurrency = this.#threads * this.#concurrency;
    const whole = { isPool: true, concurrency, window: random.between(1, 2 * concurrency) };
    this.#target = world.addTarget(world.client(0), NOBODY, { ...this.#wishes, ...whole });
    options.add(() => this.#targets, drawn);
    if (drawn.ordered === true) journal.noteOrdered(NAME);
    if (drawn.dedupe) journal.repeats.noteEndpoint(NAME, drawn.dedupe.windowMs);
    if (this.#wishes.redeliver === false) journal.noteOnce(NAME);
    world.addRoute(pattern, this.#target, { priority: random.below(2) });
    // Its threads have a key's messages in any order, and one with a breaker passes some on.
    journal.noteDeparture();
    if (drawn.breaker === undefined) {
      this.#present = journal.notePresence(NAME, 0, KIND.notification, keys);
    }
  }

  /** Its threads that are there. */
  get members(): readonly SimEndpoint[] {
    return this.#members.map(({ endpoint }) => endpoint);
  }

  /** `alive`: who may be a thread of it, main not among them. */
  step(alive: readonly WorldClient[]): void {
    const { random } = this.#parts;
    if (this.#isOver) return;
    if (this.#members.length < this.#threads && random.oneIn(STEPS_PER_START)) this.start(alive);
    else if (this.#members.length === 0 && random.oneIn(STEPS_PER_FAILURE)) this.#fail();
    else if (random.oneIn(STEPS_PER_CLOSE)) this.#close();
  }

  /** One thread more, if there is a client for it. */
  start(alive: readonly WorldClient[]): void {
    const { journal, moments, random, world } = this.#parts;
    const free = alive.filter(({ id }) => !this.members.some(({ client }) => client.id === id));
    if (this.#isOver || free.length === 0) return;
    const client = random.pick(free);
    const concurrency = this.#concurrency;
    const { retry, maxDeaths, redeliver } = this.#wishes;
    const name = `${NAME} at ${client.id}`;
    const home = { journal, moments, pool: NAME };
    const options = { concurrency, retry: { attempts: retry.attempts, ...DELAYS } };
    const endpoint = new SimEndpoint(name, client, home, options);
    const own = { pool: this.#target, concurrency, window: concurrency, retry };
    const deaths = { ...(maxDeaths && { maxDeaths }), ...(redeliver === false && { redeliver }) };
    const target = world.addTarget(client, endpoint.receiver, { ...own, ...deaths });
    this.#targets.push(target);
    this.#members.push({ endpoint, target });
  }

  /** The client's thread has died; the shards know. */
  noteDeath(dead: WorldClient): void {
    this.#members = this.#members.filter(({ endpoint }) => endpoint.client !== dead);
  }

  /** Nobody dies any more: it has a thread again, or will never have one. */
  comeToRest(alive: readonly WorldClient[]): void {
    if (this.#isOver || this.#members.length > 0) return;
    this.start(alive);
    if (this.#members.length === 0) this.#fail();
  }

  #fail(): void {
    this.#end();
    this.#parts.journal.noteFailure();
    this.#parts.world.tell({ op: 'failPool', target: this.#target });
  }

  /** Its threads finish what they have, and get nothing new. */
  #close(): void {
    const { world } = this.#parts;
    this.#end();
    world.removeTarget(this.#target);
    for (const { target } of this.#members) world.removeTarget(target);
  }

  #end(): void {
    this.#isOver = true;
    this.#parts.journal.noteDeparture();
    if (this.#present !== undefined) this.#present.isGone = true;
  }
}

/** What is for a pool is handed to its threads. */
const NOBODY = {
  held: 0,
  take(): void {
    throw new Broken('a delivery was handed to a pool, and to none of its threads');
  },
};
