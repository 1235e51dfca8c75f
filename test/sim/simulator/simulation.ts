/**
 * One seeded run of whole client and shard cores on one thread: a scheduler that lets anybody do anything at any time,
 * a clock that jumps, threads that die. The broker is the production code; here is only who acts when.
 */
import type { Receiver } from '../../../src/client/receiver.ts';
import type { TargetSpec } from '../../../src/control/commands.ts';
import { BusError } from '../../../src/message/errors.ts';
import { KIND } from '../../../src/message/kinds.ts';
import { heldByWorld } from '../../unit/client/at-rest.ts';
import { CoreWorld, type WorldClient } from '../../unit/client/core-world.ts';
import { Broken } from './broken.ts';
import { Deaths } from './deaths.ts';
import { Journal, type Present, type Sent } from './journal.ts';
import { Random } from './random.ts';
import { SimDeadLetters } from './sim-dead-letters.ts';
import { SimEndpoint } from './sim-endpoint.ts';
import { drawMessage, KEYS } from './sim-message.ts';
import { SimOptions } from './sim-options.ts';
import { SimPool } from './sim-pool.ts';
import { SimReceiver, type SimTarget } from './sim-receiver.ts';

const STEPS = 300;
/** The smallest that a bus may be told. */
const HEAP_BYTES = 1024 * 1024;
/** Handled ids that a shard remembers: fewer or more than a run has. */
const FEW_IDS = 4;
const MANY_IDS = 2_048;
/** What routes and subscriptions may be for, and the keys that match. */
const PATTERNS: Readonly<Record<string, readonly string[]>> = {
  a: ['a'],
  b: ['b'],
  c: ['c'],
  '?': KEYS,
  '*': KEYS,
  '[ab]': ['a', 'b'],
};
const RECEIVERS_MAX = 12;
/** Clients more where there is a pool, and deaths of clients. */
const POOL_CLIENTS = 3;
/** Where ids are used again: so many more clients die, and a client dies or comes every so many steps. */
const REUSE_DEATHS = 12;
const STEPS_PER_CHANGE = 12;
const ENDPOINT = { kind: 'endpoint', whenFull: 'park' } as const;
/** A run that is not at rest after so many rounds never will be. */
const ROUNDS_MAX = 400;
const JUMPS_MS = [1, 1, 3, 10, 50, 2_000];
const ATTEMPTS_MAX = 4;
const DELAYS = { initial: 10, factor: 2, max: 100, jitter: 'full' } as const;
interface Installed {
  readonly receiver: SimTarget;
  readonly target: number;
  /** Undefined: it may miss messages. */
  present: Present | undefined;
}

export interface SimulationResult {
  readonly shardDeaths: number;
  readonly clientDeaths: number;
  readonly reusedIds: number;
  readonly sent: number;
  readonly deliveries: number;
}

export class Simulation {
  readonly #random: Random;
  readonly #world: CoreWorld;
  readonly #journal: Journal;
  readonly #receivers: Installed[] = [];
  readonly #options = new SimOptions();
  #letters: SimDeadLetters | undefined;
  readonly #dead = new Set<number>();
  readonly #abortable: { readonly client: number; readonly controller: AbortController }[] = [];
  readonly #deaths: Deaths;
  /** In every second run. */
  readonly #hasPool: boolean;
  #pool: SimPool | undefined;
  /** In every third run: few ids, and the dead are replaced. */
  readonly #reusesIds: boolean;
  #reused = 0;

  constructor(seed: number) {
    const random = new Random(seed);
    this.#random = random;
    this.#hasPool = seed % 2 === 1;
    this.#deaths = new Deaths(random);
    if (this.#hasPool) this.#deaths.allow(POOL_CLIENTS);
    this.#reusesIds = seed % 3 === 0;
    if (this.#reusesIds) this.#deaths.allow(REUSE_DEATHS);
    const handledIds = random.pick([FEW_IDS, MANY_IDS, MANY_IDS]);
    this.#journal = new Journal(() => this.#world.nowMs, handledIds === MANY_IDS);
    const shards = random.between(1, 3);
    const clients = random.between(2, 4) + (this.#hasPool ? POOL_CLIENTS : 0);
    this.#world = new CoreWorld({
      handledIds,
      shards,
      clients,
      ...(this.#reusesIds ? { ids: clients + random.below(2) } : {}),
      slots: random.between(4, 16),
      cells: 32,
      heapBytes: HEAP_BYTES,
      targets: (this.#hasPool ? 48 : 32) * (this.#reusesIds ? 4 : 1),
      startPosition: random.pick([0, -8, 2 ** 31 - 8]),
      batchSize: random.pick([1, 4, 100]),
    });
    this.#world.random = 0.5;
    this.#world.tellsLate = seed % 2 === 0;
    this.#world.runShard = (id, work) => this.#runShard(id, work);
  }

  /** Throws `Broken` with what went wrong. */
  run(): SimulationResult {
    const restore = this.#deaths.begin();
    try {
      this.#furnish();
      for (let step = 0; step < STEPS; step++) this.#step();
      this.#comeToRest();
    } finally {
      restore();
    }
    this.#journal.check(this.#dead);
    const held = heldByWorld(this.#world, [...this.#dead]);
    if (Object.keys(held).length > 0) throw new Broken(`left behind: ${JSON.stringify(held)}`);
    return {
      shardDeaths: this.#deaths.ofShards,
      clientDeaths: this.#dead.size,
      reusedIds: this.#reused,
      sent: this.#journal.sent.length,
      deliveries: this.#journal.deliveries.length,
    };
  }

  /** Lets a client's thread run until `work` ends, or it dies in it. Returns whether it lives. */
  #act(client: WorldClient, work: () => void): boolean {
    if (this.#deaths.runClient(client, work)) return true;
    this.#bury(client);
    return false;
  }

  #bury(client: WorldClient): void {
    this.#dead.add(client.id);
    this.#journal.noteDeath(client.id);
    this.#world.detach(client);
    this.#pool?.noteDeath(client);
  }

  #runShard(id: number, work: () => number): number {
    const done = this.#deaths.runShard(work);
    if (done !== undefined) return done;
    this.#world.replaceShard(id);
    return 1;
  }

  #furnish(): void {
    const home = this.#world.client(0);
    this.#letters = new SimDeadLetters(home, this.#journal);
    const window = this.#random.between(1, 4);
    this.#world.addTarget(home, this.#letters, { kind: 'deadLetters', window });
    const dedupe = this.#random.oneIn(2) ? { dedupe: this.#options.dedupe(this.#random) } : {};
    const always = this.#addReceiver('always', home, { ...ENDPOINT, ...dedupe });
    this.#world.addRoute('*', always.target);
    this.#notePresence(always, KIND.notification, '*');
    for (let more = this.#random.between(1, 4); more > 0; more--) this.#changeRoutes();
    if (this.#hasPool) this.#addPool();
  }

  #addPool(): void {
    const random = this.#random;
    const pattern = random.pick(Object.keys(PATTERNS));
    this.#pool = new SimPool({
      world: this.#world,
      random,
      journal: this.#journal,
      moments: this.#deaths.moments,
      options: this.#options,
      pattern,
      keys: PATTERNS[pattern] ?? [],
    });
    this.#pool.start(this.#mortals());
  }

  #addReceiver(name: string, client: WorldClient, wishes: Partial<TargetSpec>): Installed {
    const random = this.#random;
    const window = random.between(1, 4);
    const attempts = random.between(1, ATTEMPTS_MAX);
    const retry = { attempts, requestAttempts: attempts, ...DELAYS };
    const home = { journal: this.#journal, moments: this.#deaths.moments };
    const spec = { ...wishes, window, retry };
    if (wishes.dedupe) this.#journal.repeats.noteEndpoint(name, wishes.dedupe.windowMs);
    if (wishes.kind === 'endpoint' && random.oneIn(2)) {
      const concurrency = random.between(1, 4);
      const options = { concurrency, retry: { attempts, ...DELAYS } };
      const endpoint = new SimEndpoint(name, client, home, options);
      return this.#install(endpoint, endpoint.receiver, spec);
    }
    const receiver = new SimReceiver(name, client, home);
    return this.#install(receiver, receiver, spec);
  }

  #install(receiver: SimTarget, taking: Receiver, wishes: Partial<TargetSpec>): Installed {
    const target = this.#world.addTarget(receiver.client, taking, wishes);
    const installed: Installed = { receiver, target, present: undefined };
    this.#receivers.push(installed);
    return installed;
  }

  /** Its route or subscription is in force: from now on it gets all that matches. */
  #notePresence(installed: Installed, kind: number, pattern: string): void {
    const { client, name } = installed.receiver;
    const keys = PATTERNS[pattern] ?? [];
    installed.present = this.#journal.notePresence(name, client.id, kind, keys);
  }

  /** Another endpoint or subscription, or one fewer; the first stays. */
  #changeRoutes(): void {
    const random = this.#random;
    if (this.#receivers.length > 1 && random.oneIn(3)) {
      const at = random.between(1, this.#receivers.length - 1);
      const { present, target } = this.#receivers[at] as Installed;
      this.#journal.noteDeparture();
      if (present !== undefined) present.isGone = true;
      this.#world.removeTarget(target);
      return;
    }
    if (this.#receivers.length > RECEIVERS_MAX) return;
    const client = random.pick(this.#alive());
    const name = `r${this.#receivers.length}`;
    const pattern = random.pick(Object.keys(PATTERNS));
    if (random.oneIn(3)) this.#subscribe(name, client, pattern);
    else {
      const wishes = this.#options.draw(random);
      const added = this.#addReceiver(name, client, { ...ENDPOINT, ...wishes });
      this.#options.add(() => [added.target], wishes);
      if (wishes.ordered === true) this.#journal.noteOrdered(name);
      this.#world.addRoute(pattern, added.target, { priority: random.below(2) });
      if (wishes.breaker === undefined) this.#notePresence(added, KIND.notification, pattern);
      else this.#journal.noteDeparture();
    }
  }

  #subscribe(name: string, client: WorldClient, pattern: string): void {
    const whenFull = this.#random.pick(['park', 'drop-oldest', 'drop-newest'] as const);
    const added = this.#addReceiver(name, client, { kind: 'subscription', whenFull });
    this.#world.subscribe(pattern, added.target);
    if (whenFull === 'park') this.#notePresence(added, KIND.event, pattern);
  }

  #step(): void {
    const random = this.#random;
    const action = random.below(100);
    if (action < 30) this.#send();
    else if (action < 50) this.#stepShard();
    else if (action < 65) this.#actAny((client) => client.core.poll());
    else if (action < 72) this.#actAny((client) => client.endMicrotask());
    else if (action < 90) this.#answer(false);
    else if (action < 94) this.#world.advance(random.pick(JUMPS_MS));
    else if (action < 96) this.#abort();
    else if (action < 99) this.#changeRoutes();
    else this.#killClient();
    if (this.#reusesIds && random.oneIn(STEPS_PER_CHANGE)) this.#changeClients();
    this.#pool?.step(this.#mortals());
    this.#options.check(this.#world);
    this.#journal.look(this.#dead);
  }

  #actAny(work: (client: WorldClient) => void): void {
    const client = this.#random.pick(this.#alive());
    this.#act(client, () => work(client));
  }

  #stepShard(): void {
    const id = this.#random.below(this.#world.shards.length);
    this.#runShard(id, () => this.#world.shard(id).step(this.#world.nowMs));
  }

  #send(): void {
    const random = this.#random;
    const client = random.pick(this.#alive());
    const n = this.#journal.sent.length;
    const { abort, key, kind, options, verb } = drawMessage(random);
    if (abort !== undefined) this.#abortable.push({ client: client.id, controller: abort });
    const mayBeGivenUp = options.timeout !== undefined || options.signal !== undefined;
    const sent: Sent = {
      n,
      client: client.id,
      key,
      kind,
      id: options.id,
      send: undefined,
      isRefused: false,
      mayBeGivenUp,
    };
    this.#journal.noteCall(sent);
    this.#act(client, () => {
      try {
        sent.send = client[verb](key, n, options);
      } catch (error) {
        // As many calls wait for room as may.
        if (!BusError.isBusError(error) || error.code !== 'ERR_BUS_FULL') throw error;
        sent.isRefused = true;
      }
    });
  }

  #abort(): void {
    const next = this.#abortable.pop();
    // The dead do not abort: their code runs no more.
    if (next !== undefined && !this.#dead.has(next.client)) next.controller.abort('enough');
  }

  #answer(isKind: boolean): void {
    const random = this.#random;
    if (random.oneIn(4)) this.#letters?.answer();
    const receiver = random.pick(this.#answering());
    if (this.#dead.has(receiver.client.id)) return;
    const isStart = !isKind && random.oneIn(3);
    const lives = this.#act(receiver.client, () => {
      if (isStart) receiver.start(random);
      else receiver.answer(random, isKind);
    });
    if (!lives && !isStart) this.#journal.doubtAnswer();
  }

  #changeClients(): void {
    if (this.#random.oneIn(3)) this.#killClient();
    const admitted = this.#world.admit();
    if (admitted !== undefined && admitted.id !== admitted.core.id) this.#reused += 1;
  }

  #killClient(): void {
    const victim = this.#random.pick(this.#alive());
    if (victim.id === 0 || this.#alive().length < 2) return;
    this.#bury(victim);
  }

  #answering(): SimTarget[] {
    const own = this.#receivers.map(({ receiver }) => receiver);
    return this.#pool === undefined ? own : [...own, ...this.#pool.members];
  }

  /** Those that may die; main is none. */
  #mortals(): WorldClient[] {
    return this.#alive().filter(({ id }) => id > 0);
  }

  #alive(): WorldClient[] {
    return this.#world.clients.filter(({ id }) => !this.#dead.has(id));
  }

  /** Nobody dies any more, all answer, time passes: everything must come to an end. */
  #comeToRest(): void {
    this.#deaths.end();
    for (let round = 0; round < ROUNDS_MAX; round++) {
      this.#world.run();
      while ((this.#letters?.held ?? 0) > 0) this.#letters?.answer();
      this.#pool?.comeToRest(this.#mortals());
      for (const receiver of this.#answering()) {
        if (this.#dead.has(receiver.client.id)) continue;
        while (receiver.held > 0) receiver.answer(this.#random, true);
      }
      this.#world.advance(50);
      if (round > 5 && this.#world.turn() === 0 && this.#isQuiet()) return;
    }
    const held = heldByWorld(this.#world, [...this.#dead]);
    throw new Broken(`not at rest after ${ROUNDS_MAX} rounds: ${JSON.stringify(held)}`);
  }

  #isQuiet(): boolean {
    return this.#alive().every(({ core }) => core.outstanding === 0);
  }
}
