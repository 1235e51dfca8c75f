/**
 * Explores every interleaving of a small world at its Atomics accesses, depth first, with every allowed death after
 * every store. A state is the shared words and, for each actor, the history of what it read; states seen before are
 * not entered again. Plain stores are seen by others together with the access that follows them.
 */
import { type Ending, Violation, type World } from './actor.ts';
import { Hash } from './hash.ts';
import { MemoryImage } from './image.ts';
import { hasChanged, type Log, replayActor, runStep, type Step, type Stop } from './replay.ts';

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

interface Thread {
  readonly log: Log;
  readonly stop: Stop;
}

interface Trail {
  readonly before: Trail | undefined;
  readonly step: string;
}

interface State {
  readonly image: Int32Array;
  readonly threads: readonly Thread[];
  readonly deaths: number;
  readonly trail: Trail | undefined;
}

const STATES_MAX = 300_000;
const NEW: Stop = { kind: 'access' };
const STOP_KINDS: readonly Stop['kind'][] = ['access', 'idle', 'asleep', 'done', 'dead'];

export function explore(world: World, statesMax: number = STATES_MAX): Exploration {
  return new Explorer(world, statesMax).run();
}

class Explorer {
  readonly #world: World;
  readonly #image: MemoryImage;
  readonly #statesMax: number;
  readonly #seen = new Set<number>();
  readonly #open: State[] = [];
  #steps = 0;
  #ends = 0;

  constructor(world: World, statesMax: number) {
    this.#world = world;
    this.#image = new MemoryImage(world.memory);
    this.#statesMax = statesMax;
  }

  run(): Exploration {
    const threads = this.#world.actors.map(() => ({ log: new Int32Array(0), stop: NEW }));
    const start = { image: this.#image.capture(), threads, deaths: 0, trail: undefined };
    this.#enter(start);
    for (let state = this.#open.pop(); state !== undefined; state = this.#open.pop()) {
      if (this.#seen.size > this.#statesMax) return this.#result(false);
      const trail = { step: '', before: state.trail };
      try {
        this.#expand(state, trail);
      } catch (thrown) {
        if (!(thrown instanceof Violation)) throw explain(thrown, trail);
        return this.#result(true, thrown.message, stepsOf(trail));
      }
    }
    this.#image.restore(start.image);
    return this.#result(true);
  }

  #result(complete: boolean, violation?: string, schedule: string[] = []): Exploration {
    const { size: states } = this.#seen;
    return { states, steps: this.#steps, ends: this.#ends, complete, violation, schedule };
  }

  #expand(state: State, trail: { step: string }): void {
    this.#image.restore(state.image);
    const ready = this.#world.actors.map((_, actor) => actor).filter((a) => isReady(state, a));
    if (ready.length === 0) {
      this.#ends += 1;
      this.#finish(state);
      return;
    }
    for (const actor of ready) {
      const stores = this.#go(state, actor, -1, trail);
      if (!this.#mayDie(state, actor)) continue;
      for (let after = 0; after < stores || after === 0; after++) {
        this.#go(state, actor, after, trail);
      }
    }
  }

  #mayDie(state: State, actor: number): boolean {
    const { actors, deathsMax = 0 } = this.#world;
    return actors[actor]?.mayDie === true && state.deaths < deathsMax;
  }

  /** One step of one actor from `state`; returns the number of its stores. */
  #go(state: State, actor: number, dieAfter: number, trail: { step: string }): number {
    const { actors, deaths } = this.#world;
    this.#image.restore(state.image);
    trail.step = `${actors[actor]?.name}${dieAfter < 0 ? '' : ` dies after ${dieAfter} stores`}`;
    const step = runStep(this.#world, actor, (state.threads[actor] as Thread).log, dieAfter);
    const isDead = step.stop.kind === 'dead';
    if (step.access !== '' && !isDead) trail.step += `: ${step.access}`;
    if (isDead && deaths !== undefined) deaths[actor] = 1;
    this.#steps += 1;
    this.#world.check?.();
    this.#enter({
      image: this.#image.capture(),
      threads: nextThreads(state.threads, actor, step),
      deaths: state.deaths + (isDead ? 1 : 0),
      trail: { step: trail.step, before: state.trail },
    });
    return step.stores;
  }

  #enter(state: State): void {
    const hash = new Hash();
    hash.addAll(state.image);
    for (const { log, stop } of state.threads) {
      hash.add(STOP_KINDS.indexOf(stop.kind));
      // What an actor that is over has read decides nothing any more.
      if (stop.kind !== 'done' && stop.kind !== 'dead') hash.addAll(log);
      hash.add(-1);
    }
    const { value } = hash;
    if (this.#seen.has(value)) return;
    this.#seen.add(value);
    this.#open.push(state);
  }

  #finish(state: State): void {
    const { atEnd, actors } = this.#world;
    if (atEnd === undefined) return;
    actors.forEach((_, actor) => {
      const { log, stop } = state.threads[actor] as Thread;
      if (stop.kind !== 'dead') replayActor(this.#world, actor, log);
    });
    atEnd(state.threads.map(({ stop }) => stop.kind as Ending));
  }
}

function isReady(state: State, actor: number): boolean {
  const { stop } = state.threads[actor] as Thread;
  return stop.kind === 'access' || (stop.kind === 'idle' && stop.watches.some(hasChanged));
}

function nextThreads(threads: readonly Thread[], actor: number, step: Step): Thread[] {
  return threads.map((thread, other) => {
    if (other === actor) return { log: step.log, stop: step.stop };
    const { stop } = thread;
    if (stop.kind !== 'asleep') return thread;
    const isWoken = step.notified.some(
      ({ view, index }) =>
        view.buffer === stop.view.buffer &&
        view.byteOffset + 4 * index === stop.view.byteOffset + 4 * stop.index,
    );
    return isWoken ? { log: withOne(thread.log), stop: NEW } : thread;
  });
}

/** The wait is over: it counts as an access that the sleeper has made. */
function withOne(log: Log): Log {
  const longer = new Int32Array(log.length + 1);
  longer.set(log);
  return longer;
}

function stepsOf(trail: Trail): string[] {
  const steps: string[] = [];
  for (let at: Trail | undefined = trail; at !== undefined; at = at.before) steps.push(at.step);
  return steps.reverse();
}

function explain(thrown: unknown, trail: Trail): Error {
  return new Error(`after ${stepsOf(trail).slice(-40).join(' | ')}`, { cause: thrown });
}
