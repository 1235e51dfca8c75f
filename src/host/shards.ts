/** All shards of a bus, told together. */
import type { Matching, ShardCommand } from '../control/commands.ts';
import { get } from '../memory/seam.ts';
import { LOAD_USED, LOAD_WAITING, LOAD_WORDS } from '../memory/shard-memory.ts';
import { byShard } from '../registry/placement.ts';
import type { ShardHost } from './shard-host.ts';

interface Placed {
  readonly pattern: string;
  readonly match: Matching;
}

export class Shards {
  readonly hosts: readonly ShardHost[];

  /** By shard id. */
  constructor(hosts: readonly ShardHost[]) {
    this.hosts = hosts;
  }

  async start(): Promise<void> {
    await Promise.all(this.hosts.map((host) => host.start()));
  }

  /** Resolves when it is in force in all shards. */
  async tellAll(command: ShardCommand): Promise<void> {
    await Promise.all(this.hosts.map((host) => host.command(command)));
  }

  /** Like `tellAll`, with a command for each shard. */
  async tellEach(commandFor: (shard: number) => ShardCommand): Promise<void> {
    await Promise.all(this.hosts.map((host) => host.command(commandFor(host.id))));
  }

  /** Tells each shard those of `items` that belong to it, and leaves out shards without any. */
  async tellPlaced<Item extends Placed>(
    items: readonly Item[],
    commandOf: (items: readonly Item[]) => ShardCommand,
  ): Promise<void> {
    const lists = byShard(items, this.hosts.length);
    const told = this.hosts.flatMap((host, index) => {
      const list = lists[index] ?? [];
      return list.length === 0 ? [] : [host.command(commandOf(list))];
    });
    await Promise.all(told);
  }

  /** A hint: nobody waits for it, and a shard that is not there does not need it. */
  hint(command: ShardCommand): void {
    for (const host of this.hosts) host.command(command).catch(() => undefined);
  }

  /** The one that routes keys of this hash. */
  ofHash(hash: number): ShardHost {
    return this.hosts[(hash >>> 0) % this.hosts.length] as ShardHost;
  }

  /** Messages under way to an endpoint or waiting for it, in all shards. A moment old. */
  loadOf(target: number): number {
    const at = target * LOAD_WORDS;
    let load = 0;
    for (const { memory } of this.hosts) {
      load += get(memory.loads, at + LOAD_USED) + get(memory.loads, at + LOAD_WAITING);
    }
    return load;
  }

  settleApplied(): void {
    for (const host of this.hosts) host.settleApplied();
  }

  ringAll(): void {
    for (const host of this.hosts) host.bell.ring();
  }

  /** Resolves when all have ended: how many had to be terminated. */
  async close(graceMs: number): Promise<number> {
    const forced = await Promise.all(this.hosts.map((host) => host.close(graceMs)));
    return forced.filter(Boolean).length;
  }
}
