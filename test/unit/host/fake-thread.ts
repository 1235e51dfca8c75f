/** A shard's thread without a thread: it keeps what it was told, and applies it when a test says so. */
import type { NumberedCommand, ShardCommand } from '../../../src/control/commands.ts';
import type { Thread } from '../../../src/host/spawn.ts';
import { acknowledgeCommand, type ShardMemory } from '../../../src/memory/shard-memory.ts';

export class FakeThread implements Thread {
  readonly threadId: number;
  readonly told: NumberedCommand[] = [];
  isReferenced = true;
  terminations = 0;
  readonly #memory: ShardMemory;
  readonly #listeners = new Map<string, ((value: never) => void)[]>();

  constructor(memory: ShardMemory, threadId = 7) {
    this.#memory = memory;
    this.threadId = threadId;
  }

  get commands(): ShardCommand[] {
    return this.told.map(({ command }) => command);
  }

  postMessage(value: unknown): void {
    this.told.push(value as NumberedCommand);
  }

  on(event: string, listener: (value: never) => void): void {
    this.#listeners.set(event, [...(this.#listeners.get(event) ?? []), listener]);
  }

  ref(): void {
    this.isReferenced = true;
  }

  unref(): void {
    this.isReferenced = false;
  }

  async terminate(): Promise<number> {
    this.terminations++;
    this.emit('exit', 1);
    return 1;
  }

  emit(event: 'message' | 'error' | 'exit', value: unknown): void {
    for (const listener of this.#listeners.get(event) ?? []) listener(value as never);
  }

  /** Brings the first `count` commands into force; all of them by default. */
  apply(count: number = this.told.length): void {
    const last = this.told[count - 1];
    if (last !== undefined) acknowledgeCommand(this.#memory.words, last.seq);
  }
}
