/**
 * Explores every interleaving of a small world at its Atomics accesses, depth first, with every allowed death after
 * every store. A state is the shared words and, for each actor, the history of what it read; states seen before are
 * not entered again. Plain stores are seen by others together with the access that follows them.
 */
import { type Ending, Violation, type World } from './actor.ts';
import { Hash, highOfWord, lowOfWord } from './hash.ts';
import { MemoryImage } from './image.ts';
import { replayActor } from './replay.ts';
import { Steps, type TakenStep, type Thread } from './steps.ts';

export interface Exploration {
  readonly states: number;
  readonly steps: number;
  /** Different ends. */
  readonly ends: number;
  /** False when `statesMax` was reached first. */
  readonly complete: boolean;
  readonly violation: string | undefined;
  /** The steps that lead to it. */
  readonly schedule: readonly string[];
}

/** How a state was reached, last step first. */
interface Trail {
  readonly before: Trail | undefined;
  readonly actor: number;
  readonly dieAfter: number;
  /** Undefined: while it is taken. */
  readonly taken: TakenStep | undefined;
}

interface State {
  readonly words: Int32Array;
  /** Of `words`, but for what they were at the start. */
  readonly low: number;
  readonly high: number;
  readonly threads: readonly Thread[];
  readonly deaths: number;
  readonly trail: Trail | undefined;
}

const STATES_MAX = 300_000;

export function explore(world: World, statesMax: number = STATES_MAX): Exploration {
  return new Explorer(world, statesMax).run();
}

class Explorer {
  readonly #world: World;
  readonly #image: MemoryImage;
  readonly #all: Steps;
  readonly #statesMax: number;
  readonly #seen = new Set<number>();
  readonly #open: State[] = [];
  /** The step at hand. */
  #trail: Trail | undefined;
  #steps = 0;
  #ends = 0;

  constructor(world: World, statesMax: number) {
    this.#world = world;
    this.#image = new MemoryImage(world.memory);
    this.#all = new Steps(world, this.#image);
    this.#statesMax = statesMax;
  }

  run(): Exploration {
    const threads = this.#world.actors.map((_, actor) => this.#all.start(actor));
    const words = this.#image.capture();
    const start: State = { words, low: 0, high: 0, threads, deaths: 0, trail: undefined };
    this.#seen.add(nameOf(0, 0, threads));
    this.#open.push(start);
    try {
      for (let state = this.#open.pop(); state !== undefined; state = this.#open.pop()) {
        if (this.#seen.size > this.#statesMax) return this.#result(false);
        this.#expand(state);
      }
    } catch (thrown) {
      const schedule = this.#schedule();
      if (thrown instanceof Violation) return this.#result(true, thrown.message, schedule);
      throw new Error(`after ${schedule.slice(-40).join(' | ')}`, { cause: thrown });
    }
    this.#all.hold(words);
    return this.#result(true);
  }

  #result(complete: boolean, violation?: string, schedule: string[] = []): Exploration {
    const { size: states } = this.#seen;
    return { states, steps: this.#steps, ends: this.#ends, complete, violation, schedule };
  }

  #expand(state: State): void {
    const ready = state.threads.filter((thread) => isReady(state.words, thread));
    if (ready.length === 0) {
      this.#ends += 1;
      this.#finish(state);
      return;
    }
    for (const thread of ready) {
      const stores = this.#go(state, thread, -1);
      if (!this.#mayDie(state, thread)) continue;
      for (let after = 0; after < stores || after === 0; after++) this.#go(state, thread, after);
    }
  }

  #mayDie(state: State, { actor }: Thread): boolean {
    const { actors, deathsMax = 0 } = this.#world;
    return actors[actor]?.mayDie === true && state.deaths < deathsMax;
  }

  /** One step of one actor from `state`; returns the number of its stores. */
  #go(state: State, { actor }: Thread, dieAfter: number): number {
    this.#trail = { before: state.trail, actor, dieAfter, taken: undefined };
    const taken = this.#all.take(state.words, state.threads[actor] as Thread, dieAfter);
    this.#trail = { before: state.trail, actor, dieAfter, taken };
    this.#steps += 1;
    this.#enter(state, taken);
    return taken.stores;
  }

  /** What comes after `taken`, unless it was there before. */
  #enter(state: State, taken: TakenStep): void {
    let { low, high } = state;
    const { writes, next } = taken;
    for (let at = 0; at < writes.length; at += 2) {
      const position = writes[at] as number;
      const before = state.words[position] as number;
      const after = writes[at + 1] as number;
      if (before === after) continue;
      low = (low + lowOfWord(position, after) - lowOfWord(position, before)) | 0;
      high = (high + highOfWord(position, after) - highOfWord(position, before)) | 0;
    }
    const threads = this.#threadsAfter(state, taken);
    const name = nameOf(low, high, threads);
    if (this.#seen.has(name)) return;
    this.#seen.add(name);
    const words = state.words.slice();
    for (let at = 0; at < writes.length; at += 2)
      words[writes[at] as number] = writes[at + 1] as number;
    if (this.#world.check !== undefined) {
      this.#all.hold(words);
      this.#world.check();
    }
    const deaths = state.deaths + (next.stop.kind === 'dead' ? 1 : 0);
    this.#open.push({ words, low, high, threads, deaths, trail: this.#trail });
  }

  #threadsAfter({ threads }: State, { next, notified }: TakenStep): Thread[] {
    const after = threads.slice();
    after[next.actor] = next;
    if (notified.length === 0) return after;
    return after.map((thread) =>
      thread !== next && notified.includes(thread.sleepsAt) ? this.#all.wake(thread) : thread,
    );
  }

  #finish(state: State): void {
    const { atEnd } = this.#world;
    if (atEnd === undefined) return;
    this.#trail = state.trail;
    this.#all.hold(state.words);
    for (const thread of state.threads) {
      if (thread.stop.kind !== 'dead') replayActor(this.#world, this.#image, thread);
    }
    atEnd(state.threads.map(({ stop }) => stop.kind as Ending));
  }

  #schedule(): string[] {
    const steps: string[] = [];
    for (let at = this.#trail; at !== undefined; at = at.before) steps.push(this.#textOf(at));
    return steps.reverse();
  }

  #textOf({ actor, dieAfter, taken }: Trail): string {
    const name = this.#world.actors[actor]?.name;
    if (dieAfter >= 0) return `${name} dies after ${dieAfter} stores`;
    return taken === undefined || taken.access === '' ? `${name}` : `${name}: ${taken.access}`;
  }
}

function isReady(words: Int32Array, { stop, watches }: Thread): boolean {
  if (stop.kind === 'access') return true;
  return watches.some(({ position, value }) => words[position] !== value);
}

/** A state's name: its words and how far each actor has come. */
function nameOf(low: number, high: number, threads: readonly Thread[]): number {
  const hash = new Hash();
  hash.add(low);
  hash.add(high);
  for (const thread of threads) {
    hash.add(thread.low);
    hash.add(thread.high);
  }
  return hash.value;
}
