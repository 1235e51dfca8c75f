/**
 * One seeded run of whole client and shard cores on one thread: a scheduler that lets anybody do anything at any time,
 * a clock that jumps, threads that die. The broker is the production code; here is only who acts when.
 */
import { put, replaceSeam, store } from '../../../src/memory/seam.ts';
import { BusError } from '../../../src/message/errors.ts';
import { KIND } from '../../../src/message/kinds.ts';
import { heldByWorld } from '../../unit/client/at-rest.ts';
import { CoreWorld, type WorldClient } from '../../unit/client/core-world.ts';
import { Broken, Journal } from './journal.ts';
import { Random } from './random.ts';
import { SimReceiver } from './sim-receiver.ts';

const STEPS = 300;
/** The smallest that a bus may be told. */
const HEAP_BYTES = 1024 * 1024;
const KEYS = ['a', 'b', 'c'];
/** A run that is not at rest after so many rounds never will be. */
const ROUNDS_MAX = 400;
const JUMPS_MS = [1, 1, 3, 10, 50, 2_000];
const ATTEMPTS_MAX = 4;
const DELAYS = { initial: 10, factor: 2, max: 100, jitter: 'full' } as const;
/** A shard dies before one of so many of its writes, on average. */
const WRITES_PER_KILL = 150;

class Killed extends Error {}

export interface SimulationResult {
  readonly shardDeaths: number;
  readonly clientDeaths: number;
  readonly sent: number;
  readonly deliveries: number;
}

export class Simulation {
  readonly #random: Random;
  readonly #world: CoreWorld;
  readonly #journal = new Journal();
  readonly #receivers: { readonly receiver: SimReceiver; readonly target: number }[] = [];
  readonly #dead = new Set<number>();
  readonly #abortable: { readonly client: number; readonly controller: AbortController }[] = [];
  #isShard = false;
  #killsLeft: number;
  #untilKill = 0;
  #shardDeaths = 0;

  constructor(seed: number) {
    const random = new Random(seed);
    this.#random = random;
    this.#killsLeft = random.between(0, 8);
    this.#untilKill = random.between(1, 2 * WRITES_PER_KILL);
    this.#world = new CoreWorld({
      shards: random.between(1, 3),
      clients: random.between(2, 4),
      slots: random.between(4, 16),
      cells: 32,
      heapBytes: HEAP_BYTES,
      targets: 32,
      startPosition: random.pick([0, -8, 2 ** 31 - 8]),
      batchSize: random.pick([1, 4, 100]),
    });
    this.#world.random = 0.5;
    this.#world.runShard = (id, work) => this.#runShard(id, work);
  }

  /** Throws `Broken` with what went wrong. */
  run(): SimulationResult {
    const restore = replaceSeam({
      put: this.#cutOff(put),
      store: this.#cutOff(store),
    });
    try {
      this.#furnish();
      for (let step = 0; step < STEPS; step++) this.#step();
      this.#comeToRest();
    } finally {
      restore();
    }
    this.#journal.check('always', this.#dead);
    const held = heldByWorld(this.#world, [...this.#dead]);
    if (Object.keys(held).length > 0) throw new Broken(`left behind: ${JSON.stringify(held)}`);
    return {
      shardDeaths: this.#shardDeaths,
      clientDeaths: this.#dead.size,
      sent: this.#journal.sent.length,
      deliveries: this.#journal.deliveries.length,
    };
  }

  #cutOff(write: typeof put): typeof put {
    return (view, index, value) => {
      if (this.#isShard && this.#killsLeft > 0 && --this.#untilKill <= 0) {
        this.#killsLeft -= 1;
        this.#untilKill = this.#random.between(1, 2 * WRITES_PER_KILL);
        throw new Killed();
      }
      write(view, index, value);
    };
  }

  #runShard(id: number, work: () => number): number {
    this.#isShard = true;
    try {
      return work();
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
      this.#shardDeaths += 1;
      this.#isShard = false;
      this.#world.replaceShard(id);
      return 1;
    } finally {
      this.#isShard = false;
    }
  }

  #furnish(): void {
    const always = this.#addReceiver('always', this.#world.client(0));
    this.#world.addRoute('*', always);
    for (let more = this.#random.between(1, 4); more > 0; more--) this.#changeRoutes();
  }

  #addReceiver(
    name: string,
    client: WorldClient,
    kind: 'endpoint' | 'subscription' = 'endpoint',
  ): number {
    const receiver = new SimReceiver(name, client, this.#journal);
    const whenFull =
      kind === 'endpoint'
        ? 'park'
        : this.#random.pick(['park', 'drop-oldest', 'drop-newest'] as const);
    const window = this.#random.between(1, 4);
    const attempts = this.#random.between(1, ATTEMPTS_MAX);
    const retry = { attempts, requestAttempts: attempts, ...DELAYS };
    const target = this.#world.addTarget(client, receiver, { kind, window, whenFull, retry });
    this.#receivers.push({ receiver, target });
    return target;
  }

  /** Another endpoint or subscription, or one fewer; the first stays. */
  #changeRoutes(): void {
    const client = this.#random.pick(this.#alive());
    if (this.#receivers.length > 1 && this.#random.oneIn(3)) {
      const at = this.#random.between(1, this.#receivers.length - 1);
      const gone = this.#receivers[at];
      this.#journal.noteDeparture();
      if (gone !== undefined) this.#world.removeTarget(gone.target);
      return;
    }
    if (this.#receivers.length > 12) return;
    const name = `r${this.#receivers.length}`;
    const pattern = this.#random.pick([...KEYS, '?', '[ab]']);
    if (this.#random.oneIn(3)) {
      this.#world.subscribe(pattern, this.#addReceiver(name, client, 'subscription'));
    } else {
      const priority = this.#random.below(2);
      this.#world.addRoute(pattern, this.#addReceiver(name, client), { priority });
    }
  }

  #step(): void {
    const random = this.#random;
    const action = random.below(100);
    if (action < 30) this.#send();
    else if (action < 50) this.#stepShard();
    else if (action < 65) random.pick(this.#alive()).core.poll();
    else if (action < 72) random.pick(this.#alive()).endMicrotask();
    else if (action < 90) this.#answer(false);
    else if (action < 94) this.#world.advance(random.pick(JUMPS_MS));
    else if (action < 96) this.#abort();
    else if (action < 99) this.#changeRoutes();
    else this.#killClient();
  }

  #stepShard(): void {
    const id = this.#random.below(this.#world.shards.length);
    this.#runShard(id, () => this.#world.shard(id).step(this.#world.nowMs));
  }

  #send(): void {
    const random = this.#random;
    const client = random.pick(this.#alive());
    const n = this.#journal.sent.length;
    const key = random.pick(KEYS);
    const abort = random.oneIn(6) ? new AbortController() : undefined;
    if (abort !== undefined) this.#abortable.push({ client: client.id, controller: abort });
    const options: { timeout?: number; signal?: AbortSignal } = {
      ...(random.oneIn(4) ? { timeout: random.pick([1, 20, 500]) } : {}),
      ...(abort === undefined ? {} : { signal: abort.signal }),
    };
    const kind = random.pick([KIND.request, KIND.notification, KIND.event]);
    const verb = VERBS[kind] as (typeof VERBS)[number];
    try {
      const send = client[verb](key, n, options);
      const mayBeGivenUp = options.timeout !== undefined || options.signal !== undefined;
      this.#journal.sent.push({ n, client: client.id, key, kind, send, mayBeGivenUp });
    } catch (error) {
      // As many calls wait for room as may.
      if (!BusError.isBusError(error) || error.code !== 'ERR_BUS_FULL') throw error;
    }
  }

  #abort(): void {
    const next = this.#abortable.pop();
    // The dead do not abort: their code runs no more.
    if (next !== undefined && !this.#dead.has(next.client)) next.controller.abort('enough');
  }

  #answer(isKind: boolean): void {
    const { receiver } = this.#random.pick(this.#receivers);
    if (this.#dead.has(receiver.client.id)) return;
    if (!isKind && this.#random.oneIn(3)) receiver.start(this.#random);
    else receiver.answer(this.#random, isKind);
  }

  #killClient(): void {
    const victim = this.#random.pick(this.#alive());
    if (victim.id === 0 || this.#alive().length < 2) return;
    this.#dead.add(victim.id);
    this.#journal.noteDeparture();
    this.#world.detach(victim);
  }

  #alive(): WorldClient[] {
    return this.#world.clients.filter(({ id }) => !this.#dead.has(id));
  }

  /** Nobody dies any more, all answer, time passes: everything must come to an end. */
  #comeToRest(): void {
    this.#killsLeft = 0;
    for (let round = 0; round < ROUNDS_MAX; round++) {
      this.#world.run();
      for (const { receiver } of this.#receivers) {
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

const VERBS: Readonly<Record<number, 'request' | 'notify' | 'publish'>> = {
  [KIND.request]: 'request',
  [KIND.notification]: 'notify',
  [KIND.event]: 'publish',
};
