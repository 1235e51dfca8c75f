/**
 * The steps of all actors of a world, each run once for whatever it reads, and remembered. An actor at the end of a log
 * does the same wherever the words read the same; so of the steps between two of the many states of a world, few are
 * new. Now and then a remembered one is run again, and must come out as before.
 */
import type { World } from './actor.ts';
import { Hash } from './hash.ts';
import type { MemoryImage } from './image.ts';
import { type Log, runStep, type Stop } from './replay.ts';

/** An actor and how far it has come: one object for all that are alike. */
export interface Thread {
  readonly actor: number;
  readonly log: Log;
  readonly stop: Stop;
  /** While idle: words by position in the image; it goes on when one differs from its value. */
  readonly watches: readonly { readonly position: number; readonly value: number }[];
  /** While asleep: position of the word that it is woken by; -1 otherwise. */
  readonly sleepsAt: number;
  readonly low: number;
  readonly high: number;
  /** Steps from here, by the stores after which it dies in them, + 1; 0: it does not. */
  readonly taken: TakenStep[][];
  /** Asleep: the same once it is woken. */
  woken: Thread | undefined;
}

export interface TakenStep {
  /** Positions and values in turns. */
  readonly reads: Int32Array;
  readonly writes: Int32Array;
  readonly next: Thread;
  readonly stores: number;
  /** The last access, for reports. */
  readonly access: string;
  /** Positions of words whose sleepers were woken. */
  readonly notified: readonly number[];
}

/** One remembered step of so many is run again. */
const RUN_AGAIN_EVERY = 100;
const NEW: Stop = { kind: 'access' };
const STOP_KINDS: readonly Stop['kind'][] = ['access', 'idle', 'asleep', 'done', 'dead'];

export class Steps {
  readonly #world: World;
  readonly #image: MemoryImage;
  readonly #threads = new Map<string, Thread>();
  /** What the shared words hold now, where that is known. */
  #held: Int32Array | undefined;
  #remembered = 0;

  constructor(world: World, image: MemoryImage) {
    this.#world = world;
    this.#image = image;
  }

  /** An actor that has done nothing yet. */
  start(actor: number): Thread {
    return this.#thread(actor, new Int32Array(0), NEW);
  }

  /** Puts a state's words into the shared memory. */
  hold(words: Int32Array): void {
    if (this.#held !== words) this.#image.restore(words);
    this.#held = words;
  }

  /** One step of a thread where the shared words are `words`; it dies after `dieAfter` stores, -1: never. */
  take(words: Int32Array, thread: Thread, dieAfter: number): TakenStep {
    thread.taken[dieAfter + 1] ??= [];
    const taken = thread.taken[dieAfter + 1] as TakenStep[];
    const known = taken.find(({ reads }) => isAsRead(words, reads));
    if (known === undefined) {
      const step = this.#run(words, thread, dieAfter);
      taken.push(step);
      return step;
    }
    this.#remembered += 1;
    if (this.#remembered % RUN_AGAIN_EVERY === 0) {
      mustBeAlike(known, this.#run(words, thread, dieAfter));
    }
    return known;
  }

  /** The wait is over: it counts as an access that the sleeper has made. */
  wake(thread: Thread): Thread {
    thread.woken ??= this.#thread(thread.actor, Int32Array.of(...thread.log, 0), NEW);
    return thread.woken;
  }

  #run(words: Int32Array, thread: Thread, dieAfter: number): TakenStep {
    this.hold(words);
    this.#held = undefined;
    const step = runStep(this.#world, this.#image, thread, dieAfter);
    const { reads, writes } = step.footprint;
    this.#mustHaveSeenAllStores(words, writes);
    const { deaths } = this.#world;
    if (step.stop.kind === 'dead' && deaths !== undefined) {
      writes.set(this.#positionOf(deaths, thread.actor), 1);
    }
    return {
      reads: Int32Array.from([...reads].flat()),
      writes: Int32Array.from([...writes].flat()),
      next: this.#thread(thread.actor, step.log, step.stop),
      stores: step.stores,
      access: step.access,
      notified: step.notified
        .map(({ view, index }) => this.#image.positionOf(view, index))
        .filter((position) => position >= 0),
    };
  }

  #mustHaveSeenAllStores(before: Int32Array, writes: ReadonlyMap<number, number>): void {
    this.#image.capture().forEach((value, position) => {
      if (value === (writes.get(position) ?? before[position])) return;
      throw new Error(`word ${position} of the world was stored to without the seam`);
    });
  }

  #thread(actor: number, log: Log, stop: Stop): Thread {
    const watches = stop.kind === 'idle' ? stop.watches : [];
    const watched = watches.map(({ view, index, value }) => ({
      position: this.#positionOf(view, index),
      value,
    }));
    const sleepsAt = stop.kind === 'asleep' ? this.#positionOf(stop.view, stop.index) : -1;
    const name = JSON.stringify([actor, stop.kind, sleepsAt, watched, [...log]]);
    const known = this.#threads.get(name);
    if (known !== undefined) return known;
    const { low, high } = hashOf(stop, log);
    const thread: Thread = {
      actor,
      log,
      stop,
      watches: watched,
      sleepsAt,
      low,
      high,
      taken: [],
      woken: undefined,
    };
    this.#threads.set(name, thread);
    return thread;
  }

  #positionOf(view: Int32Array, index: number): number {
    const position = this.#image.positionOf(view, index);
    if (position < 0) throw new Error(`word ${index} is waited for, but none of the world's`);
    return position;
  }
}

function isAsRead(words: Int32Array, reads: Int32Array): boolean {
  for (let at = 0; at < reads.length; at += 2) {
    if (words[reads[at] as number] !== reads[at + 1]) return false;
  }
  return true;
}

function hashOf(stop: Stop, log: Log): Hash {
  const hash = new Hash();
  hash.add(STOP_KINDS.indexOf(stop.kind));
  // What an actor that is over has read decides nothing any more.
  if (stop.kind !== 'done' && stop.kind !== 'dead') hash.addAll(log);
  hash.add(-1);
  return hash;
}

function mustBeAlike(known: TakenStep, again: TakenStep): void {
  const [first, second] = [known, again].map(({ next, writes, notified, stores }) =>
    JSON.stringify([[...writes], notified, stores, next.stop.kind, [...next.log]]),
  );
  if (known.next === again.next && first === second) return;
  throw new Error(`an actor depends on more than it reads: it did ${first}, now ${second}`);
}
