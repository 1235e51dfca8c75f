/** A whole client core of a `CoreWorld`, with microtasks, timers and news that the test moves by hand. */
import { ClientCore } from '../../../src/client/client-core.ts';
import type { ClientEnvironment, TimerHandle } from '../../../src/client/clock.ts';
import type { Unclaimed } from '../../../src/client/completions.ts';
import type { PendingSend } from '../../../src/client/pending-send.ts';
import { Sender, type TryResult } from '../../../src/client/sender.ts';
import type { PeerNews } from '../../../src/control/plane.ts';
import type { ClientMemory } from '../../../src/memory/client-memory.ts';
import type { LinkMemory } from '../../../src/memory/link-memory.ts';
import { KIND } from '../../../src/message/kinds.ts';
import type { SendOptions } from '../../../src/options.ts';
import { resolveSendOptions } from '../../../src/options.ts';
import type { CoreWorld } from './core-world.ts';
import { type ReadCompletion, readCompletion } from './read-completion.ts';

export const CORRELATION_TIMEOUT_MS = 1000;

interface Timer {
  readonly task: () => void;
  readonly dueMs: number;
}

export class WorldClient implements ClientEnvironment {
  readonly core: ClientCore;
  readonly sender: Sender;
  readonly unclaimed: Unclaimed[] = [];
  readonly completions: ReadCompletion[] = [];
  /** Tasks that wait for the end of the microtask. */
  readonly microtasks: (() => void)[] = [];
  readonly news: PeerNews[] = [];
  readonly #timers = new Set<Timer>();
  readonly #world: CoreWorld;

  constructor(world: CoreWorld, id: number, peers: readonly ClientMemory[]) {
    this.#world = world;
    const { size } = world;
    this.core = new ClientCore(
      {
        memory: world.clientMemories[id] as ClientMemory,
        links: world.links.map((links) => links[id] as LinkMemory),
        shards: world.shardMemories,
        control: world.control,
        peers,
        endpoints: [],
        reports: id,
        epochMs: 0,
        originMs: 0,
        settings: {
          maxMessageBytes: size.maxMessageBytes,
          correlationTimeoutMs: CORRELATION_TIMEOUT_MS,
          batchSize: size.batchSize,
          maxConcurrentDeliveries: size.cells,
          codec: 'auto',
        },
      },
      this,
      {
        takeNews: () => this.news.shift(),
        onUnclaimed: (outcome) => this.unclaimed.push(outcome),
        onRoom: () => this.sender.serveRoom(),
      },
    );
    this.sender = new Sender(this.core, this, CORRELATION_TIMEOUT_MS);
    for (const { complete, shard } of this.core.links) {
      const advance = complete.advance.bind(complete);
      complete.advance = () => {
        this.completions.push(readCompletion(shard, complete.peek(0), complete.peek(1)));
        advance();
      };
    }
  }

  /** Its number: the ids of the dead are used again. */
  get id(): number {
    return this.core.memory.number;
  }

  get timerCount(): number {
    return this.#timers.size;
  }

  now(): number {
    return this.#world.nowMs;
  }

  enqueueMicrotask(task: () => void): void {
    this.microtasks.push(task);
  }

  setTimer(task: () => void, delayMs: number): TimerHandle {
    const timer = { task, dueMs: this.#world.nowMs + delayMs };
    this.#timers.add(timer);
    return timer;
  }

  clearTimer(timer: TimerHandle): void {
    this.#timers.delete(timer as Timer);
  }

  request(key: string, payload?: unknown, options?: SendOptions): PendingSend {
    return this.#send(KIND.request, key, payload, options);
  }

  notify(key: string, payload?: unknown, options?: SendOptions): PendingSend {
    return this.#send(KIND.notification, key, payload, options);
  }

  publish(key: string, payload?: unknown, options?: SendOptions): PendingSend {
    return this.#send(KIND.event, key, payload, options);
  }

  tryNotify(key: string, payload?: unknown, options?: SendOptions): TryResult {
    const resolved = resolveSendOptions(options, 'tryNotify');
    return this.sender.trySend(KIND.notification, key, payload, resolved);
  }

  tryPublish(key: string, payload?: unknown, options?: SendOptions): TryResult {
    const resolved = resolveSendOptions(options, 'tryPublish');
    return this.sender.trySend(KIND.event, key, payload, resolved);
  }

  endMicrotask(): number {
    const tasks = this.microtasks.splice(0);
    for (const task of tasks) task();
    return tasks.length;
  }

  fireTimers(): void {
    for (const timer of [...this.#timers]) {
      if (timer.dueMs > this.#world.nowMs || !this.#timers.delete(timer)) continue;
      timer.task();
    }
  }

  /** Statuses of this client's submissions, in the order in which they were read. */
  get statuses(): number[] {
    return this.completions.map(({ status }) => status);
  }

  #send(kind: number, key: string, payload: unknown, options?: SendOptions): PendingSend {
    return this.sender.send(kind, key, payload, resolveSendOptions(options, 'send'));
  }
}
