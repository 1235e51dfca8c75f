/**
 * Runs one actor up to its next switching point, from its start: what it did before is replayed from its log (reads
 * give what they gave then, stores are left out), and one step more is done on the shared words. Production code is
 * synchronous, so this is how it is stopped between two accesses and continued later.
 */
import { replaceSeam, type Seam } from '../../../src/memory/seam.ts';
import { type Actor, AGAIN, type Io, type Watch, type World } from './actor.ts';
import { Footprint } from './footprint.ts';
import type { MemoryImage } from './image.ts';

/** Values of all accesses of an actor so far, in order. */
export type Log = Int32Array;

/** Why an actor stands still. */
export type Stop =
  | { readonly kind: 'access' }
  | { readonly kind: 'idle'; readonly watches: readonly Watch[] }
  | { readonly kind: 'asleep'; readonly view: Int32Array; readonly index: number }
  | { readonly kind: 'done' }
  | { readonly kind: 'dead' };

export interface Step {
  readonly log: Log;
  readonly stop: Stop;
  /** Stores made in this step. */
  readonly stores: number;
  /** The last access, for reports. */
  readonly access: string;
  /** Words whose sleepers were woken. */
  readonly notified: readonly { readonly view: Int32Array; readonly index: number }[];
  /** What it read of the shared words, and what it left in them. */
  readonly footprint: Footprint;
}

/** An actor that stands where its log ends. */
export interface Standing {
  readonly actor: number;
  readonly log: Log;
}

const STOP = Symbol('stop');
const ACCESS: Stop = { kind: 'access' };
const DONE: Stop = { kind: 'done' };
const DEAD: Stop = { kind: 'dead' };
/** More accesses than any small script makes: a loop that never gives way. */
const ACCESSES_MAX = 100_000;
/** In the place of the stores after which it dies: it does nothing new. */
const ONLY_OLD = -2;

export function runStep(world: World, image: MemoryImage, from: Standing, dieAfter: number): Step {
  return new Replay(world, new Footprint(image), from.log, dieAfter).run(from.actor);
}

/** Runs an actor to where its log ends and no further, for a look at its objects. */
export function replayActor(world: World, image: MemoryImage, from: Standing): void {
  new Replay(world, new Footprint(image), from.log, ONLY_OLD).run(from.actor);
}

class Replay {
  readonly #world: World;
  readonly #old: Log;
  readonly #dieAfter: number;
  readonly #footprint: Footprint;
  readonly #added: number[] = [];
  readonly #notified: { view: Int32Array; index: number }[] = [];
  #position = 0;
  #kept: number;
  #stores = 0;
  /** Stores since the start of the actor, replayed ones included. */
  #allStores = 0;
  #access = '';
  #stop: Stop = DONE;
  #halted = false;
  #swallowed = false;

  constructor(world: World, footprint: Footprint, log: Log, dieAfter: number) {
    this.#world = world;
    this.#footprint = footprint;
    this.#old = log;
    this.#kept = log.length;
    this.#dieAfter = dieAfter;
  }

  run(actor: number): Step {
    const seam = this.#seam();
    const restore = replaceSeam({ ...seam, ...this.#world.mutate?.(seam, actor) });
    try {
      if (this.#dieAfter === 0 && this.#old.length === 0) this.#halt(DEAD);
      if ((this.#world.actors[actor] as Actor).run(this.#io()) === AGAIN && !this.#halted) {
        this.#forgetAll();
      }
    } catch (thrown) {
      if (thrown !== STOP) throw thrown;
    } finally {
      restore();
    }
    // What a dead thread's catch clause does reaches nothing; elsewhere it would change the run.
    if (this.#swallowed && this.#stop !== DEAD)
      throw new Error(`a catch clause ran at ${this.#access}: do not switch there`);
    const log = new Int32Array(this.#kept + this.#added.length);
    log.set(this.#old.subarray(0, this.#kept));
    log.set(this.#added, this.#kept);
    return {
      log,
      stop: this.#stop,
      stores: this.#stores,
      access: this.#access,
      notified: this.#notified,
      footprint: this.#footprint,
    };
  }

  #forgetAll(): void {
    this.#kept = 0;
    this.#added.length = 0;
    this.#stop = ACCESS;
  }

  #halt(stop: Stop): never {
    this.#stop = stop;
    this.#halted = true;
    throw STOP;
  }

  /** The logged value of this access; undefined when it is new. */
  #replayed(): number | undefined {
    if (this.#halted) {
      this.#swallowed = true;
      throw STOP;
    }
    if (this.#position < this.#kept) return this.#old[this.#position++];
    if (this.#dieAfter === ONLY_OLD) throw STOP;
    if (this.#dieAfter === this.#stores) this.#halt(DEAD);
    if (this.#position >= ACCESSES_MAX) throw new Error('an actor never comes to rest');
    return undefined;
  }

  #note(value: number): void {
    this.#added.push(value);
    this.#position += 1;
  }

  #read(view: Int32Array, index: number): number {
    const old = this.#replayed();
    if (old !== undefined) return old;
    const value = this.#footprint.read(view, index);
    this.#note(value);
    return value;
  }

  #write(view: Int32Array, index: number, value: number): boolean {
    const old = this.#replayed();
    this.#allStores += 1;
    if (old !== undefined) {
      if (old !== (value | 0)) throw new Error(`not deterministic: stored ${old}, now ${value}`);
      return false;
    }
    this.#footprint.write(view, index, value);
    this.#stores += 1;
    this.#note(value | 0);
    return true;
  }

  #hasChanged({ view, index, value }: Watch): boolean {
    return this.#footprint.read(view, index) !== value;
  }

  #switch(view: Int32Array, index: number, what: string): void {
    this.#access = `${what} [${index}]`;
    if (what !== 'notify') this.#access += `=${view[index]}`;
    if (this.#world.isSilent?.(view, index) !== true) this.#halt(ACCESS);
  }

  #seam(): Seam {
    return {
      get: (view, index) => this.#read(view, index),
      put: (view, index, value) => {
        this.#write(view, index, value);
      },
      load: (view, index) => {
        const isNew = this.#position >= this.#kept;
        const value = this.#read(view, index);
        if (isNew) this.#switch(view, index, 'load');
        return value;
      },
      store: (view, index, value) => {
        if (this.#write(view, index, value)) this.#switch(view, index, 'store');
      },
      add: (view, index, value) => {
        const old = this.#replayed();
        if (old !== undefined) return old;
        const before = this.#footprint.read(view, index);
        this.#footprint.write(view, index, before + value);
        this.#stores += 1;
        this.#note(before);
        this.#switch(view, index, 'add');
        return before;
      },
      compareExchange: () => {
        throw new Error('no world of the explorer exchanges words');
      },
      notify: (view, index) => {
        if (this.#replayed() !== undefined) return;
        this.#note(0);
        this.#notified.push({ view, index });
        this.#switch(view, index, 'notify');
      },
      writeBytes: (heap, offset, bytes) => {
        // The same bytes at the same place at every replay: the scripts use no block twice.
        heap.set(bytes, offset);
      },
      wroteInPlace: () => undefined,
    };
  }

  #io(): Io {
    return {
      untilChanged: (watches) => {
        if (this.#replayed() !== undefined) return;
        if (!watches.some((watch) => this.#hasChanged(watch)))
          this.#halt({ kind: 'idle', watches });
        this.#note(0);
      },
      poll: (work, watches) => this.#poll(work, watches),
      wait: (view, index, expected) => {
        if (this.#replayed() !== undefined) return;
        this.#access = `wait [${index}] for a change of ${expected}`;
        if (this.#footprint.read(view, index) === expected)
          this.#halt({ kind: 'asleep', view, index });
        this.#note(0);
        this.#halt(ACCESS);
      },
    };
  }

  #poll(work: () => number, watches: () => readonly Watch[]): number {
    const mark = this.#position;
    const stores = this.#allStores;
    const done = work();
    if (done > 0) return done;
    if (this.#allStores !== stores) return 1;
    this.#kept = Math.min(this.#kept, mark);
    this.#added.length = mark - this.#kept;
    return this.#halt({ kind: 'idle', watches: watches() });
  }
}
